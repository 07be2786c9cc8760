"""The training clips that a model finds most like a clip."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.experiment import Part
from unheard.runtime.model import Answers

NUM_NEIGHBOURS = 3
Neighbours = list[dict[str, Any]]


def nearest_clips(answers: Answers, training: Part, labels: tuple[str, ...]) -> list[Neighbours]:
    """For each clip the three training clips with the highest cosine of the embeddings, highest first.

    Raises: ValueError where the model shows no embedding.
    """
    if answers.embedding is None or training.answers.embedding is None:
        raise ValueError("nearest_clips: the model shows no embedding.")
    cosines = _unit(answers.embedding) @ _unit(training.answers.embedding).T
    best = np.argsort(-cosines, axis=1, kind="stable")[:, :NUM_NEIGHBOURS]
    paths, words = training.frame["path"], training.frame["label"]
    return [
        [
            {
                "id": training.ids[other],
                "path": paths[other],
                "label": labels[training.classes[other]],
                "word": words[other],
                "speaker": training.groups[other],
                "cosine": float(cosines[clip, other]),
            }
            for other in row.tolist()
        ]
        for clip, row in enumerate(best)
    ]


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-12), dtype=np.float32)
