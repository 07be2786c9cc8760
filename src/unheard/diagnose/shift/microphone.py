"""Another microphone: the smooth difference of the long-term spectra of speech."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.cause import Remedy
from unheard.diagnose.shift.descriptors import FLOOR_DB, band_centres_hz, band_edges_hz
from unheard.diagnose.shift.factor import Array, Scene, Setting, View
from unheard.diagnose.shift.sounds import curve_gain, filtered

MAX_GAIN_DB = 20.0
_NUM_KNOTS = 8
_LEAST_DB = 1.0
_SEEN_ABOVE_FLOOR_DB = 8.0


class Microphone:
    """`curve`: gains in dB at 8 knots, evenly spaced in octaves. Values: `largest_db`."""

    name = "microphone"

    def proposals(self, view: View) -> Sequence[Setting]:
        return [_setting(_smooth(view), _knots_hz(view.sample_rate))]

    def near(self, setting: Setting, view: View) -> Sequence[Setting]:
        left = _smooth(view)
        gains = np.array(setting.curve)
        return [_setting(gains + share * left, _knots_hz(view.sample_rate)) for share in (0.6, 1.0)]

    def give(self, samples: Array, setting: Setting, scene: Scene) -> Array:
        return filtered(
            samples, scene.sample_rate, curve_gain(_knots_hz(scene.sample_rate), np.array(setting.curve))
        )

    def undo(self, samples: Array, setting: Setting, sample_rate: int) -> Array | None:
        return filtered(samples, sample_rate, curve_gain(_knots_hz(sample_rate), -np.array(setting.curve)))

    def tell(self, setting: Setting) -> str:
        knots = _knots_hz(int(setting.values["sample_rate"]))
        gains = np.array(setting.curve)
        low, high = int(gains.argmin()), int(gains.argmax())
        return (
            f"another frequency response: {gains[high]:+.0f} dB at {knots[high]:,.0f} Hz and "
            f"{gains[low]:+.0f} dB at {knots[low]:,.0f} Hz"
        )

    def remedies(self, setting: Setting) -> tuple[Remedy, ...]:
        reach_db = float(np.ceil(1.25 * setting.values["largest_db"]))
        return (
            Remedy(
                "augment",
                f"Train with random frequency responses of up to {reach_db:.0f} dB.",
                {"transform": "microphone", "p": 0.5, "max_gain_db": reach_db},
            ),
            Remedy(
                "live-path",
                "Equalise the live path by the inverse of the response that is stated in `facts`.",
                {
                    "hz": [round(hz) for hz in _knots_hz(int(setting.values["sample_rate"]))],
                    "gain_db": [round(-gain, 1) for gain in setting.curve],
                },
            ),
        )


def _setting(gains: NDArray[np.float64], knots_hz: NDArray[np.float64]) -> Setting:
    gains = (gains - gains.mean()).clip(-MAX_GAIN_DB, MAX_GAIN_DB)
    rate = 2 * float(knots_hz[-1])
    return Setting({"largest_db": float(np.abs(gains).max()), "sample_rate": rate}, tuple(gains.tolist()))


def _knots_hz(sample_rate: int) -> NDArray[np.float64]:
    return np.geomspace(90.0, sample_rate / 2, _NUM_KNOTS)


def _smooth(view: View) -> NDArray[np.float64]:
    """Gains at the knots that explain the gap of the spectra best, where speech is seen on both sides."""
    edges = band_edges_hz(view.sample_rate)
    octaves = np.log2(band_centres_hz(view.sample_rate))
    knots = np.log2(_knots_hz(view.sample_rate))
    hats = (1 - np.abs(octaves[:, None] - knots) / (knots[1] - knots[0])).clip(min=0)
    seen = np.minimum(view.live_bands_db, view.test_bands_db) > FLOOR_DB + _SEEN_ABOVE_FLOOR_DB
    weights = np.where(seen, 1.0, 0.05)[:, None] * np.sqrt(np.diff(np.log2(edges)))[:, None]
    bends = 0.3 * np.diff(np.eye(_NUM_KNOTS), 2, axis=0)  # straight where nothing is known
    matrix = np.concatenate([weights * hats, bends])
    target = np.concatenate([weights[:, 0] * view.bands_gap_db, np.zeros(len(bends))])
    return np.asarray(np.linalg.lstsq(matrix, target, rcond=None)[0])
