"""A constant that is added to all samples (DC)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unheard.diagnose.cause import Remedy
from unheard.diagnose.shift.factor import Array, Scene, Setting, View
from unheard.diagnose.shift.sounds import speech_level

_LEAST_SHARE = 0.05  # of the speech level


class Offset:
    """Values: `of_speech`, the offset as a share of the speech level, with its sign."""

    name = "offset"

    def proposals(self, view: View) -> Sequence[Setting]:
        if view.gaps["offset_db"] < 6 or not view.differs("offset_db", by=4.0):
            return ()
        mean = view.live.mean(axis=1, dtype=np.float64)
        centred = np.asarray(view.live - mean[:, None], np.float32)
        level = np.maximum(speech_level(centred, view.sample_rate), 1e-12)
        share = float(np.median(mean / level))
        return [Setting({"of_speech": share})] if abs(share) >= _LEAST_SHARE else []

    def near(self, setting: Setting, view: View) -> Sequence[Setting]:
        return ()

    def give(self, samples: Array, setting: Setting, scene: Scene) -> Array:
        level = speech_level(samples, scene.sample_rate)[:, None]
        return np.asarray(samples + setting.values["of_speech"] * level, np.float32)

    def undo(self, samples: Array, setting: Setting, sample_rate: int) -> Array | None:
        return np.asarray(samples - samples.mean(axis=1, keepdims=True), np.float32)

    def tell(self, setting: Setting) -> str:
        return f"a constant offset of {abs(setting.values['of_speech']):.0%} of the speech level"

    def remedies(self, setting: Setting) -> tuple[Remedy, ...]:
        sentence = "Subtract the mean of each clip, or filter the live path with a high-pass at 20 Hz."
        return (Remedy("live-path", sentence, {"high_pass_hz": 20}),)
