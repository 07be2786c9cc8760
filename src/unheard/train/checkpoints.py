"""Checkpoints that are whole or not there, and weights that load without running anyone's code."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from lightning.fabric.plugins.io.checkpoint_io import CheckpointIO
from torch import Tensor, nn

from unheard.errors import TrainingError
from unheard.files import replacing

WEIGHT_PREFIX = "model."


class AtomicCheckpoints(CheckpointIO):
    """Writes beside the target, then renames: a kill leaves the old checkpoint or the new one."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None) -> None:
        """Store a checkpoint atomically."""
        save_atomically(checkpoint, Path(path))

    def load_checkpoint(
        self, path: Any, map_location: Any = None, weights_only: bool | None = None
    ) -> dict[str, Any]:
        """Read a checkpoint; tensors and plain values only.

        Raises: TrainingError when the file is damaged.
        """
        return read_checkpoint(Path(path))

    def remove_checkpoint(self, path: Any) -> None:
        """Delete a checkpoint."""
        Path(path).unlink(missing_ok=True)


def save_atomically(content: Any, path: Path) -> None:
    """`torch.save`, whole or not at all."""
    with replacing(path) as partial, partial.open("wb") as file:
        torch.save(content, file)
        file.flush()
        os.fsync(file.fileno())


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Content of a checkpoint, read with `weights_only=True`.

    Raises: TrainingError when there is none or it is damaged.
    """
    try:
        content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise TrainingError(f"There is no checkpoint '{path}'. Train without --resume.") from error
    except Exception as error:
        reason = (str(error) or type(error).__name__).splitlines()[0].split(". ")[0].rstrip(".")
        raise TrainingError(
            f"Checkpoint '{path}' can't be read: {reason}. Delete it and train again."
        ) from error
    return content


def model_weights(checkpoint: dict[str, Any]) -> dict[str, Tensor]:
    """Weights of the model out of a training checkpoint; the averaged ones where weights were averaged."""
    state: dict[str, Tensor] = checkpoint["state_dict"]
    return {
        name.removeprefix(WEIGHT_PREFIX): value
        for name, value in state.items()
        if name.startswith(WEIGHT_PREFIX)
    }


def num_trained_epochs(path: Path) -> int:
    """Whole epochs behind a training checkpoint; 0 where there is none. Raises: TrainingError as
    `read_checkpoint`."""
    return int(read_checkpoint(path)["epoch"]) + 1 if path.exists() else 0


def load_weights(model: nn.Module, path: Path) -> None:
    """Give a model the weights of a training checkpoint.

    Raises: TrainingError as `read_checkpoint`, and when they are those of another network.
    """
    weights = model_weights(read_checkpoint(path))
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        reason = str(error).splitlines()[-1].strip().rstrip(".")
        raise TrainingError(
            f"Checkpoint '{path}' is of another network, or of another version of unheard: {reason}. "
            "Train it anew in another folder."
        ) from error
