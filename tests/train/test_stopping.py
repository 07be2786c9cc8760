"""Training stops when it no longer helps, and stays stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from unheard.train.fit import Fitted

# a learning rate far too high for the validation loss to improve for long
RESTLESS = ("epochs=30", "patience_epochs=1", "learning_rate=0.3", "gradient_clip=0", "keep=best")


def test_it_stops_after_the_patience_and_a_resumed_training_stays_stopped(
    learn: Callable[..., Fitted], tmp_path: Path
) -> None:
    losses = [row["validation_loss"] for row in learn(*RESTLESS).curves]
    best = min(losses)
    assert losses.index(best) == len(losses) - 2  # one epoch without a better loss, which is the patience
    assert len(losses) < 30
    before = (tmp_path / "run" / "checkpoints" / "last.ckpt").read_bytes()
    again = learn(*RESTLESS, resume=True)
    assert [row["validation_loss"] for row in again.curves] == losses
    assert (tmp_path / "run" / "checkpoints" / "last.ckpt").read_bytes() == before
