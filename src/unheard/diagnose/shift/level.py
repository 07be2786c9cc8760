"""Louder or quieter than the test clips: each clip is given the level that live clips of its rank have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unheard.diagnose.cause import Remedy
from unheard.diagnose.shift.factor import Array, Scene, Setting, View
from unheard.diagnose.shift.sounds import speech_level

_RANKS = np.linspace(0.02, 0.98, 25)
_QUIETEST_DB = -200.0


class Level:
    """`curve`: level in dB of test clips at 25 ranks, then the gain in dB there. Values: `median_db`, the
    gain of the middle clip."""

    name = "level"

    def proposals(self, view: View) -> Sequence[Setting]:
        if not view.differs("level_dbfs") and abs(view.gaps["level_dbfs"]) < 1.5:
            return ()
        test_db, live_db = (_level_db(clips, view.sample_rate) for clips in (view.test, view.live))
        if len(test_db) == 0 or len(live_db) == 0:
            return ()
        at, gain = np.quantile(test_db, _RANKS), np.quantile(live_db, _RANKS) - np.quantile(test_db, _RANKS)
        return [Setting({"median_db": float(np.median(gain))}, (*at, *gain))]

    def near(self, setting: Setting, view: View) -> Sequence[Setting]:
        left_db = view.gaps["level_dbfs"]
        at, gains = setting.curve[: len(_RANKS)], setting.curve[len(_RANKS) :]
        median_db = setting.values["median_db"] + left_db
        return [Setting({"median_db": median_db}, (*at, *(gain + left_db for gain in gains)))]

    def give(self, samples: Array, setting: Setting, scene: Scene) -> Array:
        at, gains = np.array(setting.curve).reshape(2, len(_RANKS))
        level = speech_level(samples, scene.sample_rate)
        gain_db = np.interp(20 * np.log10(np.maximum(level, 1e-10)), at, gains)
        return np.asarray(samples * (10 ** (gain_db / 20))[:, None], np.float32)

    def undo(self, samples: Array, setting: Setting, sample_rate: int) -> Array | None:
        return np.asarray(samples * np.float32(10 ** (-setting.values["median_db"] / 20)), np.float32)

    def tell(self, setting: Setting) -> str:
        median_db = setting.values["median_db"]
        word = "louder" if median_db > 0 else "quieter"
        return f"speech is {abs(median_db):.0f} dB {word}"

    def remedies(self, setting: Setting) -> tuple[Remedy, ...]:
        gains = setting.curve[len(_RANKS) :]
        low, high = float(np.floor(min(gains))), float(np.ceil(max(gains)))
        median_db = setting.values["median_db"]
        row = {"transform": "gain", "min_gain_db": min(low, -6.0), "max_gain_db": max(high, 6.0)}
        return (
            Remedy(
                "live-path",
                f"Amplify live clips by {-median_db:.0f} dB, or bring all clips to one level first.",
                {"gain_db": -median_db},
            ),
            Remedy("augment", f"Train at levels from {low:+.0f} to {high:+.0f} dB.", row),
        )


def _level_db(samples: Array, sample_rate: int) -> np.ndarray:
    level = speech_level(samples, sample_rate)
    return 20 * np.log10(level[level > 10 ** (_QUIETEST_DB / 20)])
