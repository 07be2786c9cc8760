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

from unheard.models.speech_model import SpeechModel


class SamplePredictions(Callback):
    """Appends to `sample_predictions.csv`: epoch, clip, label, prediction, score."""

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
        self.samples = torch.from_numpy(samples)
        self.truth = truth

    def on_validation_epoch_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        if trainer.sanity_checking:
            return
        samples = self.samples.to(module.device).float() / 32768.0
        with torch.no_grad():
            scores, best = self.model(samples)[0].softmax(1).max(1)
        is_new = not self.path.exists()
        with self.path.open("a", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            if is_new:
                table.writerow(("epoch", "clip", "label", "prediction", "score"))
            for row, name in enumerate(self.ids):
                truth, guess = self.labels[self.truth[row]], self.labels[int(best[row])]
                table.writerow((trainer.current_epoch + 1, name, truth, guess, f"{float(scores[row]):.4f}"))
