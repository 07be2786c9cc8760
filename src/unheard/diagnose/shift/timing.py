"""The word later or earlier in its window, and cut by the window's end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unheard.diagnose.cause import Remedy
from unheard.diagnose.shift.factor import Array, Scene, Setting, View
from unheard.diagnose.shift.sounds import active_frames

_STEPS_S = (-0.06, -0.03, 0.03, 0.06)
_LEAST_S = 0.02


class Timing:
    """Values: `shift_s`, later where positive. What moves in is the clip's own quietest tenth of a second."""

    name = "timing"

    def proposals(self, view: View) -> Sequence[Setting]:
        if not view.differs("onset_s", "centre_s", "end_s"):
            return ()
        shift_s = view.gaps["centre_s"]
        return [
            Setting({"shift_s": shift_s * factor}) for factor in (1.0, 1.4, 1.8) if abs(shift_s) > _LEAST_S
        ]

    def near(self, setting: Setting, view: View) -> Sequence[Setting]:
        shift_s = setting.values["shift_s"]
        return [setting.changed(shift_s=shift_s + step) for step in (view.gaps["centre_s"], *_STEPS_S)]

    def give(self, samples: Array, setting: Setting, scene: Scene) -> Array:
        return moved(samples, round(setting.values["shift_s"] * scene.sample_rate), scene.sample_rate)

    def undo(self, samples: Array, setting: Setting, sample_rate: int) -> Array | None:
        return moved(samples, -round(setting.values["shift_s"] * sample_rate), sample_rate)

    def tell(self, setting: Setting) -> str:
        shift_ms = 1000 * setting.values["shift_s"]
        return f"words come {abs(shift_ms):.0f} ms {'later' if shift_ms > 0 else 'earlier'} in the window"

    def remedies(self, setting: Setting) -> tuple[Remedy, ...]:
        shift_ms = 1000 * setting.values["shift_s"]
        way = "later" if shift_ms > 0 else "earlier"
        reach_ms = float(10 * np.ceil(abs(shift_ms) / 10 + 3))
        return (
            Remedy(
                "live-path",
                f"Let the window of the live path begin {abs(shift_ms):.0f} ms {way}, or slide it.",
                {"shift_ms": shift_ms},
            ),
            Remedy(
                "augment",
                f"Train with words moved by up to {reach_ms:.0f} ms.",
                {"transform": "time_shift", "max_shift_ms": reach_ms},
            ),
        )


def moved(samples: Array, shift: int, sample_rate: int) -> Array:
    """Clips later by some samples, earlier where negative."""
    num_samples = samples.shape[1]
    shift = max(-num_samples, min(num_samples, shift))
    if shift == 0:
        return samples.copy()
    fill = _quiet_fill(samples, sample_rate, abs(shift))
    if shift > 0:
        return np.concatenate([fill, samples[:, : num_samples - shift]], axis=1)
    return np.concatenate([samples[:, -shift:], fill], axis=1)


def _quiet_fill(samples: Array, sample_rate: int, length: int) -> Array:
    """`(n, length)`: the quietest 100 ms of each clip that are not digital silence, to and fro."""
    size = min(samples.shape[1], round(0.1 * sample_rate))
    power, _ = active_frames(samples, sample_rate)
    frame = round(0.02 * sample_rate)
    sums = np.cumsum(np.pad(np.where(power > 0, power, np.inf), ((0, 0), (1, 0))), axis=1)
    with np.errstate(invalid="ignore"):
        tenths = sums[:, 5:] - sums[:, :-5]
    tenths = np.where(np.isfinite(tenths), tenths, np.inf)
    first = tenths.argmin(axis=1) * frame if tenths.shape[1] else np.zeros(len(samples), np.int64)
    place = np.arange(length) % (2 * size)
    place = np.where(place < size, place, 2 * size - 1 - place)
    return np.take_along_axis(samples, np.minimum(first[:, None] + place, samples.shape[1] - 1), axis=1)
