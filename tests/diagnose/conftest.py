"""Clips for experiments, made of arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from unheard.audit.measure import measure_sound
from unheard.diagnose.experiment import Part
from unheard.runtime.model import Model
from unheard.signal.sound import Sound
from unheard.signal.voice_activity import speech_probabilities

MakePart = Callable[..., Part]


@pytest.fixture(scope="session")
def make_part() -> MakePart:
    """`make_part(samples, classes, groups, model, measured=False, **columns)`: clips `(n, num_samples)`.

    With `measured`, the descriptors are those of the samples; further columns (device, split, ...) are taken
    as they come, n values each.
    """

    def make(
        samples: NDArray[np.float32],
        classes: NDArray[np.int64],
        groups: Sequence[str],
        model: Model,
        *,
        measured: bool = False,
        **columns: Any,
    ) -> Part:
        ids = tuple(f"c{row}" for row in range(len(samples)))
        frame = {
            "id": ids,
            "path": [f"/recordings/{name}.wav" for name in ids],
            "start_s": [0.0] * len(ids),
            "duration_s": [samples.shape[1] / model.sample_rate] * len(ids),
            "label": [model.labels[index] if index >= 0 else None for index in classes],
            "speaker": list(groups),
            "split": ["test"] * len(ids),
            **({} if not measured else _descriptors(samples, model.sample_rate)),
            **columns,
        }
        answers = model.answer(samples)
        return Part(ids, samples, np.asarray(classes), tuple(groups), pl.DataFrame(frame), answers)

    return make


def _descriptors(samples: NDArray[np.float32], sample_rate: int) -> dict[str, list[Any]]:
    sounds = [Sound(clip[None], sample_rate) for clip in samples]
    speech = speech_probabilities([sound.samples_16k for sound in sounds])
    rows = [
        measure_sound(Sound(sound.channels, sample_rate, speech=spoken))
        for sound, spoken in zip(sounds, speech, strict=True)
    ]
    return {name: [row[name] for row in rows] for name in rows[0]}
