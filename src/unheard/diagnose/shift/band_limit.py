"""A path that loses what lies above an edge (a lower sample rate on the way), and perhaps below another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.cause import Remedy
from unheard.diagnose.shift.descriptors import band_edges_hz
from unheard.diagnose.shift.factor import Array, Scene, Setting, View
from unheard.diagnose.shift.sounds import filtered

_LEAST_LOSS_DB = 8.0  # of the bands above an edge
_TELEPHONE_HZ = 300.0


class BandLimit:
    """Values: `high_edge_hz`; `low_edge_hz`, 0 where nothing is missing below."""

    name = "band-limit"

    def proposals(self, view: View) -> Sequence[Setting]:
        """The edges above which the speech of live clips falls most against that of test clips."""
        edges = band_edges_hz(view.sample_rate)
        gap_db = view.bands_gap_db
        starts = [band for band in range(4, len(gap_db)) if edges[band] >= 1500]
        falls = {band: gap_db[band - 3 : band].mean() - gap_db[band : band + 3].mean() for band in starts}
        best = sorted(falls, key=lambda band: -falls[band])[:3]
        highs = sorted({float(edges[band]) for band in best if falls[band] >= _LEAST_LOSS_DB})
        settings = [Setting({"high_edge_hz": hz, "low_edge_hz": 0.0}) for hz in highs]
        low_bands = edges[1:] <= _TELEPHONE_HZ
        if low_bands.any() and gap_db[low_bands].mean() - np.median(gap_db[4:10]) < -_LEAST_LOSS_DB:
            settings += [setting.changed(low_edge_hz=_TELEPHONE_HZ) for setting in settings]
        return settings

    def near(self, setting: Setting, view: View) -> Sequence[Setting]:
        hz = setting.values["high_edge_hz"]
        return [setting.changed(high_edge_hz=hz + step) for step in (-400, -200, 200, 400)]

    def give(self, samples: Array, setting: Setting, scene: Scene) -> Array:
        high_hz, low_hz = setting.values["high_edge_hz"], setting.values["low_edge_hz"]

        def gain(hz: NDArray[np.float64]) -> NDArray[np.floating]:
            passed = np.clip((1.03 * high_hz - hz) / (0.06 * high_hz), 0, 1)
            return passed if low_hz == 0 else passed / (1 + (low_hz / np.maximum(hz, 1.0)) ** 4)

        return filtered(samples, scene.sample_rate, gain)

    def undo(self, samples: Array, setting: Setting, sample_rate: int) -> Array | None:
        return None

    def tell(self, setting: Setting) -> str:
        high_hz, low_hz = setting.values["high_edge_hz"], setting.values["low_edge_hz"]
        below = f" and little below {low_hz:.0f} Hz" if low_hz else ""
        rate_hz = _rate_hz(high_hz)
        rate = f", as from a sample rate of {rate_hz / 1000:g} kHz" if rate_hz else ""
        return f"nothing is left above {high_hz / 1000:.1f} kHz{below}{rate}"

    def remedies(self, setting: Setting) -> tuple[Remedy, ...]:
        hz = setting.values["high_edge_hz"]
        row = (
            {"transform": "telephone", "p": 0.3}
            if setting.values["low_edge_hz"]
            else {
                "transform": "microphone",
                "p": 0.5,
                "bandwidth_p": 0.5,
                "min_bandwidth_hz": round(0.9 * hz, -1),
                "max_bandwidth_hz": round(1.3 * hz, -1),
                "min_slope_db": 60.0,
                "max_slope_db": 200.0,
            }
        )
        return (
            Remedy(
                "live-path",
                f"Record at the model's sample rate from the microphone on: something on the live path loses "
                f"what lies above {hz / 1000:.1f} kHz (a sample rate, a codec, a headset profile).",
                {"lost_above_hz": hz},
            ),
            Remedy("augment", f"Train on clips that end near {hz / 1000:.1f} kHz.", row),
        )


def _rate_hz(edge_hz: float) -> float | None:
    rates = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000)
    return next((float(rate) for rate in rates if 0.85 * rate / 2 <= edge_hz <= 1.02 * rate / 2), None)
