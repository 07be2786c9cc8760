"""Training clips augmented once and kept, with the answers of a teacher, or of several, to them.

A teacher costs several times what its student does. So the training set is drawn a number of times, as that
many epochs would hear it; each draw is turned into features, as far as training does not change them, and
answered by the teacher, and the student then goes over the draws as often as it likes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset

from unheard.files import replacing
from unheard.models.front_end import FrontEnd
from unheard.train.data import EpochBatches, EpochPlan, TrainingClips
from unheard.train.step import StepSources, augmented, step_seed
from unheard.train.teacher import Teacher, joint_answer

BATCH = 64
OnProgress = Callable[[int, int], None]


class DrawnBatch(NamedTuple):
    """What the fixed part of the front end made, float32 `(batch, rows, num_frames)`, classes `(batch,)`, and
    a teacher's logits `(batch, num_classes)`, None without a teacher."""

    fixed: Tensor
    classes: Tensor
    answers: Tensor | None


@dataclass(frozen=True)
class Draws:
    """What lies in a folder, mapped from disk: for each draw what the fixed part of the front end made
    (float16), classes and answers."""

    folder: Path
    num_draws: int

    @cached_property
    def _features(self) -> list[NDArray[np.float16]]:
        return self._all("features")

    @cached_property
    def _classes(self) -> NDArray[np.int64]:
        return np.concatenate(self._all("classes"))

    @cached_property
    def _answers(self) -> NDArray[np.float32]:
        return np.concatenate(self._all("answers"))

    def _all(self, kind: str) -> list[NDArray[Any]]:
        return [np.load(_file(self.folder, draw, kind), mmap_mode="r") for draw in range(self.num_draws)]

    def __len__(self) -> int:
        return len(self._classes)

    def rows(self, epoch: int, seed: int) -> NDArray[np.int64]:
        """Clips of an epoch in order, as many as one draw has; each clip comes once in `num_draws` epochs."""
        turn, part = divmod(epoch, self.num_draws)
        everything = np.random.default_rng([seed, turn]).permutation(len(self))
        return everything[part :: self.num_draws]

    def read(self, rows: NDArray[np.int64]) -> DrawnBatch:
        """The clips of the given rows, in any order of draws."""
        starts = np.cumsum([0, *(len(part) for part in self._features)])
        draw = np.searchsorted(starts, rows, side="right") - 1
        features = np.empty((len(rows), *self._features[0].shape[1:]), np.float32)
        for number in np.unique(draw):
            chosen = draw == number
            features[chosen] = self._features[number][rows[chosen] - starts[number]]
        return DrawnBatch(
            torch.from_numpy(features),
            torch.from_numpy(self._classes[rows]),
            torch.from_numpy(self._answers[rows]),
        )


class DrawnBatches(IterableDataset[DrawnBatch]):
    """The batches of one epoch."""

    def __init__(self, draws: Draws, rows: NDArray[np.int64], batch_size: int) -> None:
        super().__init__()
        self.draws = draws
        starts = range(0, len(rows) - len(rows) % batch_size or len(rows), batch_size)
        self.batches = [rows[start : start + batch_size] for start in starts]

    def __len__(self) -> int:
        return len(self.batches)

    def __iter__(self) -> Iterator[DrawnBatch]:
        for rows in self.batches:
            yield self.draws.read(rows)


@dataclass(frozen=True)
class Drawing:
    """What draws are made of: clips and their order, what changes them, who answers, what makes features."""

    clips: TrainingClips
    plan: EpochPlan
    sources: StepSources
    teachers: tuple[Teacher, ...]
    front_end: FrontEnd
    sample_rate: int


def make_draws(
    drawing: Drawing, folder: Path, num_draws: int, *, seed: int = 0, on_progress: OnProgress | None = None
) -> Draws:
    """Draw, answer and keep; draws that are there already are taken as they are."""
    for draw in range(num_draws):
        if not _file(folder, draw, "answers").exists():
            _draw(drawing, folder, draw, seed)
        if on_progress:
            on_progress(draw + 1, num_draws)
    return Draws(folder, num_draws)


def _draw(drawing: Drawing, folder: Path, draw: int, seed: int) -> None:
    """One epoch's clips as they would be heard in it; the answers are written last."""
    parts = []
    for number, batch in enumerate(EpochBatches(drawing.clips, drawing.plan.rows(draw), BATCH)):
        generator = torch.Generator().manual_seed(step_seed(seed, draw, number))
        with torch.inference_mode():
            samples, classes = augmented(batch, drawing.sources, drawing.sample_rate, generator)
            features = drawing.front_end.fixed_part(samples).to(torch.float16)
            parts.append((features, classes, joint_answer(drawing.teachers, samples)))
    for kind, tensors in zip(("features", "classes", "answers"), zip(*parts, strict=True), strict=True):
        with replacing(_file(folder, draw, kind)) as partial, partial.open("wb") as file:
            np.save(file, torch.cat(tensors).numpy())


def _file(folder: Path, draw: int, kind: str) -> Path:
    return folder / f"{draw:03d}-{kind}.npy"
