"""Faster or slower, and with it higher or lower: a recording played at another sample rate than its own."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from scipy.signal import resample_poly

from unheard.diagnose.cause import Remedy
from unheard.diagnose.shift.factor import Array, Scene, Setting, View

_FACTORS = (0.75, 0.88, 1.15, 1.35)
_LEAST_CHANGE = 0.06  # of the length of words


class Speed:
    """Values: `factor`, above 1 faster and higher; the middle of the clip stays in place."""

    name = "speed"

    def proposals(self, view: View) -> Sequence[Setting]:
        if not view.differs("loud_share", by=4.0):
            return ()
        gaps, mean = view.gaps, view.test_described.column
        shorter = -gaps["loud_share"] / mean("loud_share").mean()
        sooner = (gaps["onset_s"] - gaps["end_s"]) / (mean("end_s") - mean("onset_s")).mean()
        if min(abs(shorter), abs(sooner)) < _LEAST_CHANGE or shorter * sooner < 0:
            return ()
        faster = shorter > 0
        return [Setting({"factor": factor}) for factor in _FACTORS if (factor > 1) == faster]

    def near(self, setting: Setting, view: View) -> Sequence[Setting]:
        return [setting.changed(factor=setting.values["factor"] * by) for by in (0.95, 1.05)]

    def give(self, samples: Array, setting: Setting, scene: Scene) -> Array:
        return played(samples, setting.values["factor"])

    def undo(self, samples: Array, setting: Setting, sample_rate: int) -> Array | None:
        return played(samples, 1 / setting.values["factor"])

    def tell(self, setting: Setting) -> str:
        factor = setting.values["factor"]
        return f"speech is {abs(factor - 1):.0%} {'faster and higher' if factor > 1 else 'slower and lower'}"

    def remedies(self, setting: Setting) -> tuple[Remedy, ...]:
        factor = setting.values["factor"]
        low, high = round(min(0.9, 0.95 * factor), 2), round(max(1.1, 1.05 * factor), 2)
        return (
            Remedy(
                "live-path",
                f"Check the sample rate that the live path declares: {factor:.2f} times the true one sounds "
                "like this.",
                {"factor": factor},
            ),
            Remedy(
                "augment",
                f"Train at {low:g} to {high:g} times the speed.",
                {"transform": "speed", "p": 0.6, "min_factor": low, "max_factor": high},
            ),
        )


def played(samples: Array, factor: float) -> Array:
    """Clips at another speed, of the same length: cut or filled with zeros at both ends."""
    ratio = Fraction(1 / factor).limit_denominator(24)
    if ratio == 1:
        return samples.copy()
    played = np.asarray(resample_poly(samples, ratio.numerator, ratio.denominator, axis=1), np.float32)
    excess = played.shape[1] - samples.shape[1]
    if excess >= 0:
        return np.ascontiguousarray(played[:, excess // 2 : excess // 2 + samples.shape[1]])
    return np.pad(played, ((0, 0), (-excess // 2, -excess - -excess // 2)))
