"""When a training has learned enough: no better validation loss for some epochs."""

from __future__ import annotations

import lightning.pytorch as pl
from lightning.pytorch.callbacks import EarlyStopping
from lightning.pytorch.callbacks.early_stopping import EarlyStoppingReason


class Patience(EarlyStopping):
    """Stops after `patience_epochs` without a better validation loss, or when that is no longer a number.

    A training that it has stopped stays stopped when it is resumed.
    """

    def __init__(self, patience_epochs: int) -> None:
        super().__init__("validation_loss", patience=patience_epochs)

    def on_fit_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        trainer.should_stop = self.stopping_reason is not EarlyStoppingReason.NOT_STOPPED
