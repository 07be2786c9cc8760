"""What a training shows while it runs: a row an epoch to CSV and TensorBoard, and a line for people."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import torch
from lightning.pytorch.callbacks import Callback
from tensorboardX import SummaryWriter

from unheard.files import replacing

CurveRow = dict[str, float]
OnBatch = Callable[[int, int, str], None]  # (batches done, batches in all, line)
COLUMNS = (
    "epoch",
    "train_loss",
    "train_accuracy",
    "validation_loss",
    "validation_accuracy",
    "learning_rate",
    "gradient_norm",
    "clips_per_s",
    "epoch_s",
)


def read_curves(path: Path) -> list[CurveRow]:
    """Rows of `curves.csv`, one an epoch."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [{name: float(value) for name, value in row.items() if value} for row in csv.DictReader(file)]


class Curves(Callback):
    """Appends a row an epoch to `curves.csv` and to TensorBoard; a resumed training continues both."""

    def __init__(self, folder: Path, on_epoch: Callable[[CurveRow, int], None] | None = None) -> None:
        self.folder, self.path = folder, folder / "curves.csv"
        self.on_epoch = on_epoch
        self.gradient_norms: list[torch.Tensor] = []
        self.num_clips = 0
        self.started_s = 0.0

    def on_train_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        first = trainer.current_epoch + 1
        self.writer = SummaryWriter(str(self.folder / "tensorboard"), purge_step=first if first > 1 else None)

    def on_train_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        self.writer.close()

    def on_train_epoch_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        self.gradient_norms, self.num_clips, self.started_s = [], 0, time.perf_counter()

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, outputs: Any, batch: Any, batch_index: int
    ) -> None:
        self.num_clips += len(batch[0])

    def on_before_optimizer_step(
        self, trainer: pl.Trainer, module: pl.LightningModule, optimizer: torch.optim.Optimizer
    ) -> None:
        gradients = [weight.grad for weight in module.parameters() if weight.grad is not None]
        self.gradient_norms.append(torch.nn.utils.get_total_norm(gradients).detach())

    def on_train_epoch_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        row = self._row(trainer)
        self._append(row)
        for name, value in row.items():
            self.writer.add_scalar(name, value, int(row["epoch"]))
        self.writer.flush()
        if self.on_epoch:
            self.on_epoch(row, int(trainer.max_epochs or 1))

    def _row(self, trainer: pl.Trainer) -> CurveRow:
        seconds = time.perf_counter() - self.started_s
        measured = {name: float(value) for name, value in trainer.callback_metrics.items()}
        norms = torch.stack(self.gradient_norms) if self.gradient_norms else torch.zeros(1)
        row = {
            "epoch": float(trainer.current_epoch + 1),
            **measured,
            "learning_rate": float(trainer.optimizers[0].param_groups[0]["lr"]),
            "gradient_norm": float(norms.mean()),
            "clips_per_s": self.num_clips / max(seconds, 1e-9),
            "epoch_s": seconds,
        }
        return {name: row[name] for name in COLUMNS if name in row}

    def _append(self, row: CurveRow) -> None:
        """Rows of this epoch or later, left by a killed run, are replaced."""
        rows = [old for old in read_curves(self.path) if old["epoch"] < row["epoch"]] + [row]
        with replacing(self.path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, COLUMNS, restval="")
            table.writeheader()
            table.writerows(rows)


class ProgressLine(Callback):
    """Calls back after each batch with how far the training is and what to say of it."""

    def __init__(self, on_batch: OnBatch) -> None:
        self.on_batch = on_batch

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, outputs: Any, batch: Any, batch_index: int
    ) -> None:
        per_epoch, epochs = int(trainer.num_training_batches), int(trainer.max_epochs or 1)
        done = trainer.current_epoch * per_epoch + batch_index + 1
        loss = outputs["loss"] if isinstance(outputs, dict) else outputs
        line = f"epoch {trainer.current_epoch + 1}/{epochs}  loss {float(loss):.3f}"
        self.on_batch(done, per_epoch * epochs, line)


def describe_epoch(row: CurveRow, num_epochs: int) -> str:
    """One line of an epoch for people."""
    left_s = row.get("epoch_s", 0.0) * (num_epochs - row["epoch"])
    left = f"{left_s / 60:.0f} min" if left_s >= 90 else f"{left_s:.0f} s"
    return (
        f"epoch {row['epoch']:3.0f}/{num_epochs}  loss {row['train_loss']:.3f}  "
        f"validation {100 * row.get('validation_accuracy', float('nan')):5.1f} %  "
        f"rate {row['learning_rate']:.1e}  gradient {row['gradient_norm']:.2f}  "
        f"{row['clips_per_s']:.0f} clips/s  {left} left"
    )
