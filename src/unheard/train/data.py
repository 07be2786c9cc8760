"""What a training reads: clips from the cache, their classes, and which of them make up an epoch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset

from unheard.train.recipe import DataSection

SILENCE_ROW = -1  # stands for a clip of silence that is made when the batch is
Batch = tuple[Tensor, Tensor, Tensor]  # rows (batch,), int16 samples (batch, num_samples), classes (batch,)


@dataclass(frozen=True)
class TrainingClips:
    """`samples` int16 `(num_clips, window_samples)`, mapped from the cache; the same of synthetic `voices`
    and of pieces of other `speech`, which follow them; `classes` int64 of all."""

    samples: NDArray[np.int16]
    classes: NDArray[np.int64]
    voices: NDArray[np.int16] | None = None
    speech: NDArray[np.int16] | None = None

    @property
    def num_voices(self) -> int:
        """Synthetic clips."""
        return 0 if self.voices is None else len(self.voices)

    @property
    def num_speech(self) -> int:
        """Pieces of other speech."""
        return 0 if self.speech is None else len(self.speech)

    def __len__(self) -> int:
        return len(self.classes)

    def read(self, rows: NDArray[np.int64]) -> NDArray[np.int16]:
        """A copy of the clips `(len(rows), window_samples)`; zeros for `SILENCE_ROW`."""
        found = np.zeros((len(rows), self.samples.shape[1]), np.int16)
        first = 0
        for part in (self.samples, self.voices, self.speech):
            if part is not None:
                here = (rows >= first) & (rows < first + len(part))
                found[here] = part[rows[here] - first]
                first += len(part)
        return found


@dataclass(frozen=True)
class EpochPlan:
    """Which clips an epoch has and in what order; the seed and the epoch's number decide, nothing else.

    `labels` are the classes' names, which weights are given by.
    """

    classes: NDArray[np.int64]
    labels: tuple[str, ...]
    options: DataSection
    unknown: int | None
    silence: int | None
    seed: int
    num_voices: int = 0
    num_speech: int = 0

    def rows(self, epoch: int) -> NDArray[np.int64]:
        """Rows of the clips in order; `SILENCE_ROW` for silence."""
        random = np.random.default_rng([self.seed, epoch])
        real = np.arange(self._num_real)
        of = self.classes[real]
        commands = real[of != self.unknown]
        unknown = real[of == self.unknown]
        parts = [self._commands(commands, random), self._unknown(unknown, random)]
        if self.silence is not None:
            parts.append(np.full(round(self.options.silence_share * self.average), SILENCE_ROW))
        first = len(real)
        for there, wanted in ((self.num_voices, self.options.voices), (self.num_speech, self.options.speech)):
            if there and wanted:
                parts.append(first + random.choice(there, min(wanted, there), False))
            first += there
        return random.permutation(np.concatenate(parts))

    @property
    def _num_real(self) -> int:
        return len(self.classes) - self.num_voices - self.num_speech

    @property
    def average(self) -> float:
        """Clips of the average command."""
        real = self.classes[: self._num_real]
        commands = real[real != self.unknown]
        return len(commands) / max(1, len(np.unique(commands)))

    def _commands(self, rows: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
        if self.options.sampling == "all":
            return rows
        chosen = []
        for index in np.unique(self.classes[rows]):
            group = rows[self.classes[rows] == index]
            wanted = round(self._wanted(self.labels[index], len(group)))
            chosen.append(random.choice(group, wanted, replace=len(group) < wanted))
        return np.concatenate(chosen)

    def _wanted(self, label: str, num_clips: int) -> float:
        if self.options.sampling == "balanced":
            return self.average
        return self.options.weights.get(label, 1.0) * num_clips

    def _unknown(self, rows: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
        wanted = round(self.options.unknown_share * self.average)
        if wanted == 0 or wanted >= len(rows):
            return rows
        return random.choice(rows, wanted, replace=False)


class EpochBatches(IterableDataset[Batch]):
    """The batches of one epoch, each read from the cache in one go."""

    def __init__(self, clips: TrainingClips, rows: NDArray[np.int64], batch_size: int) -> None:
        super().__init__()
        self.clips = clips
        self.batches = [rows[start : start + batch_size] for start in range(0, len(rows), batch_size)]
        if len(self.batches) > 1 and len(self.batches[-1]) < 2:
            self.batches.pop()  # batch normalisation needs two clips

    def __len__(self) -> int:
        return len(self.batches)

    def __iter__(self) -> Iterator[Batch]:
        for rows in self.batches:
            classes = self.clips.classes[np.maximum(rows, 0)]
            yield torch.from_numpy(rows), torch.from_numpy(self.clips.read(rows)), torch.from_numpy(classes)
