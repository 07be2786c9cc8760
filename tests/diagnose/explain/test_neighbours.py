from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.diagnose.experiment import Part
from unheard.diagnose.explain.neighbours import nearest_clips
from unheard.runtime.model import Answers


class Itself:
    """Its embedding is the clip."""

    name, labels, sample_rate, window_samples, temperature = "itself", ("no", "yes"), 8000, 2, 1.0

    def answer(self, samples: NDArray[np.float32]) -> Answers:
        return Answers(samples, samples)


def test_nearest_by_direction_first(make_part: Callable[..., Part]) -> None:
    directions = np.array([[1, 0], [0, 5], [3, 3], [-1, 0]], np.float32)
    training = make_part(directions, np.array([0, 1, 1, 0]), ["a", "b", "c", "d"], Itself())
    rows = nearest_clips(Itself().answer(np.array([[2, 0.1]], np.float32)), training, ("no", "yes"))
    assert [row["id"] for row in rows[0]] == ["c0", "c2", "c1"]
    assert [row["speaker"] for row in rows[0]] == ["a", "c", "b"]
    assert rows[0][0]["cosine"] == pytest.approx(2 / np.hypot(2, 0.1))
    assert rows[0][1]["label"] == "yes"
    assert rows[0][1]["path"] == "/recordings/c2.wav"


def test_without_an_embedding_there_are_none(make_part: Callable[..., Part]) -> None:
    training = make_part(np.eye(2, dtype=np.float32), np.array([0, 1]), ["a", "b"], Itself())
    with pytest.raises(ValueError, match="shows no embedding"):
        nearest_clips(Answers(np.eye(2, dtype=np.float32), None), training, ("no", "yes"))
