"""Samples that are whole numbers for one side and fractions for the other: int16 as floats, or back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unheard.diagnose.cause import Remedy
from unheard.diagnose.shift.factor import Array, Scene, Setting, View

FACTORS = (2.0**15, 2.0**-15, 2.0**31, 2.0**-31)
_NEAR_DB = 15.0  # a level may differ by so much besides
_MOSTLY_ZERO_LOG10 = -0.05
_CUT_LOG10 = -0.7


class Scaling:
    """Values: `factor` by which samples are multiplied; `limit` at which they are then cut, 0 for none;
    `whole` 1 where fractions are cut off afterwards."""

    name = "scaling"

    def proposals(self, view: View) -> Sequence[Setting]:
        gap_db = view.gaps["level_dbfs"]
        settings = [
            Setting({"factor": factor, "limit": 0.0, "whole": 0.0})
            for factor in FACTORS
            if abs(20 * np.log10(factor) - gap_db) < _NEAR_DB and abs(gap_db) > 30
        ]
        size = np.abs(view.live)
        if np.median((size >= 0.999 * size.max()).mean(axis=1)) > 10**_CUT_LOG10 and size.max() > 0:
            limit = float(size.max())
            settings.append(Setting({"factor": 2.0**15 * limit, "limit": limit, "whole": 0.0}))
        if np.isin(view.live[:50, ::7], (-1.0, 0.0, 1.0)).all():
            settings.append(Setting({"factor": 1.0, "limit": 0.0, "whole": 1.0}))
        return settings

    def near(self, setting: Setting, view: View) -> Sequence[Setting]:
        return ()

    def give(self, samples: Array, setting: Setting, scene: Scene) -> Array:
        scaled = samples * np.float32(setting.values["factor"])
        if setting.values["limit"]:
            scaled = scaled.clip(-setting.values["limit"], setting.values["limit"])
        return np.trunc(scaled) if setting.values["whole"] else scaled

    def undo(self, samples: Array, setting: Setting, sample_rate: int) -> Array | None:
        if setting.values["limit"] or setting.values["whole"]:
            return None
        return np.asarray(samples / np.float32(setting.values["factor"]), np.float32)

    def tell(self, setting: Setting) -> str:
        factor = setting.values["factor"]
        if setting.values["whole"]:
            return "fractions are cut off: samples in [-1, 1] are made whole numbers, nearly all of them 0"
        if setting.values["limit"]:
            return "whole numbers are taken for samples in [-1, 1] and cut there: all of it is clipped"
        if factor > 1:
            return f"samples are {factor:,.0f} times too large: whole numbers where [-1, 1] is expected"
        return f"samples are {1 / factor:,.0f} times too small: they are divided twice"

    def remedies(self, setting: Setting) -> tuple[Remedy, ...]:
        factor = setting.values["factor"]
        if setting.values["limit"] or setting.values["whole"]:
            what = "Convert between int16 and float once: divide int16 by 32768 before anything else"
        elif factor > 1:
            what = f"Divide the samples of the live path by {factor:,.0f} before the model"
        else:
            what = f"Leave out one division of the live path: samples are {1 / factor:,.0f} times too small"
        settings = {"multiply_by": 1 / factor}
        return (Remedy("live-path", f"{what}; the model takes float32 in [-1, 1].", settings),)
