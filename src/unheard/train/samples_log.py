"""A few validation clips, predicted again after every epoch: to see what a training learns, and when."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import lightning.pytorch as pl
import numpy as np
import torch
from lightning.pytorch.callbacks import Callback
from numpy.typing import NDArray

from unheard.files import replacing
from unheard.models.speech_model import SpeechModel

COLUMNS = ("epoch", "clip", "label", "prediction", "score")


class SamplePredictions(Callback):
    """Adds rows of `COLUMNS` to a file, for every epoch one a clip."""

    def __init__(
        self,
        path: Path,
        model: SpeechModel,
        ids: Sequence[str],
        samples: NDArray[np.int16],
        truth: NDArray[np.int64],
        labels: Sequence[str],
    ) -> None:
        self.path, self.model, self.ids, self.labels = path, model, ids, labels
        self.samples = torch.tensor(samples)  # a copy: a memory map can't be written to
        self.truth = truth

    def on_validation_epoch_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        if trainer.sanity_checking:
            return
        epoch = trainer.current_epoch + 1
        rows = [row for row in self._written() if int(row[0]) < epoch] + self._predict(epoch, module.device)
        with replacing(self.path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows((COLUMNS, *rows))

    def _written(self) -> list[list[str]]:
        """Rows of the file; those of this epoch or later were left by a killed run."""
        if not self.path.exists():
            return []
        with self.path.open(newline="", encoding="utf-8") as file:
            return list(csv.reader(file))[1:]

    def _predict(self, epoch: int, device: torch.device) -> list[list[str]]:
        with torch.no_grad():
            scores, best = self.model(self.samples.to(device).float() / 32768.0)[0].softmax(1).max(1)
        answers = zip(self.ids, self.truth, best.tolist(), scores.tolist(), strict=True)
        return [
            [str(epoch), name, self.labels[truth], self.labels[guess], f"{score:.4f}"]
            for name, truth, guess, score in answers
        ]
