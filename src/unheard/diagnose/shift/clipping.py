"""Peaks cut flat, as by a preamplifier driven too hard."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unheard.diagnose.cause import Remedy
from unheard.diagnose.shift.factor import Array, Scene, Setting, View

_SHARES = (0.6, 0.3, 0.12)


class Clipping:
    """Values: `peak_share` of a clip's own peak at which it is cut."""

    name = "clipping"

    def proposals(self, view: View) -> Sequence[Setting]:
        if view.gaps["flat_top_share_log10"] < 0.1 or not view.differs("flat_top_share_log10", by=4.0):
            return ()
        return [Setting({"peak_share": share}) for share in _SHARES]

    def near(self, setting: Setting, view: View) -> Sequence[Setting]:
        share = setting.values["peak_share"]
        return [setting.changed(peak_share=min(0.95, share * by)) for by in (0.7, 1.4)]

    def give(self, samples: Array, setting: Setting, scene: Scene) -> Array:
        limit = np.abs(samples).max(axis=1, keepdims=True) * np.float32(setting.values["peak_share"])
        return np.asarray(np.clip(samples, -limit, limit))

    def undo(self, samples: Array, setting: Setting, sample_rate: int) -> Array | None:
        return None

    def tell(self, setting: Setting) -> str:
        return f"peaks are cut flat at {setting.values['peak_share']:.0%} of their height"

    def remedies(self, setting: Setting) -> tuple[Remedy, ...]:
        share = setting.values["peak_share"]
        return (
            Remedy(
                "live-path",
                f"Turn the recording gain down by {max(6.0, -20 * np.log10(share)):.0f} dB.",
                {"gain_db": -float(max(6.0, -20 * np.log10(share)))},
            ),
            Remedy(
                "augment",
                f"Train with peaks cut at down to {0.7 * share:.0%} of their height.",
                {"transform": "clipping", "p": 0.3, "min_peak_share": round(0.7 * share, 2)},
            ),
        )
