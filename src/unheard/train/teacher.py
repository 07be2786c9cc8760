"""A trained model whose answers another one learns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import torch
from torch import Tensor

from unheard.corpus.table import Corpus
from unheard.errors import UsageError
from unheard.models.speech_model import SpeechModel
from unheard.train.checkpoints import load_weights

_RECORDING = pl.format("{} at {} s", pl.coalesce("path", "id"), pl.col("start_s").fill_null(0.0))
_OWNER = pl.coalesce("speaker", "session", _RECORDING).alias("owner")


@dataclass(frozen=True)
class Teacher:
    """A model in evaluation mode.

    `order`: for each class of the student, the teacher's class; `prior_shift`: what is added to the logit of
    each of the student's classes, `(num_classes,)` or nothing, 0.
    """

    model: SpeechModel
    order: Tensor
    precision: torch.dtype = torch.float32
    prior_shift: Tensor | float = 0.0

    def answer(self, samples: Tensor) -> Tensor:
        """Logits `(batch, num_classes)`, in the student's order, of samples `(batch, num_samples)`."""
        half = self.precision != torch.float32
        with torch.inference_mode(), torch.autocast(samples.device.type, self.precision, enabled=half):
            logits, _ = self.model(samples)
            ordered: Tensor = logits.float()[:, self.order] + self.prior_shift
        return ordered


def joint_answer(teachers: Sequence[Teacher], samples: Tensor) -> Tensor:
    """Logits `(batch, num_classes)`: a lone teacher's own, or the mean of the log probabilities of several,
    as Hinton, Vinyals & Dean 2015 have it for an ensemble."""
    if len(teachers) == 1:
        return teachers[0].answer(samples)
    return torch.stack([teacher.answer(samples).log_softmax(dim=1) for teacher in teachers]).mean(dim=0)


def as_teacher(
    model: SpeechModel, checkpoint: Path, own: Sequence[str], wanted: Sequence[str], *, half: bool
) -> Teacher:
    """The untrained `model` of a run with the weights of a checkpoint of it.

    `own`, `wanted`: labels of the teacher and of the student; `half`: answer in bfloat16.
    Raises: UsageError when the labels differ; TrainingError when the checkpoint can't be read or is of
    another network.
    """
    if set(own) != set(wanted):
        odd = ", ".join(sorted(set(own) ^ set(wanted)))
        raise UsageError(
            f"The teacher of '{checkpoint}' and this model must tell the same labels apart; only one of them "
            f"knows {odd}. Train the teacher on the same commands."
        )
    load_weights(model, checkpoint)
    order = torch.tensor([own.index(label) for label in wanted])
    return Teacher(model.eval(), order, torch.bfloat16 if half else torch.float32)


def require_unheard(teacher: Corpus, student: Corpus, folder: Path) -> None:
    """Raise UsageError where the teacher was trained on speakers that this run is validated or tested on; on
    sessions, where no speaker is named, and on recordings, where neither is.

    What it learned of their voices would pass to the student, and the test would no longer be of unheard
    people.
    """
    heard = teacher.subset("train").utterances.select(_OWNER).to_series()
    held_out = student.utterances.filter(pl.col("split").is_in(["validation", "test"])).select(_OWNER)
    both = held_out.filter(pl.col("owner").is_in(heard.implode())).to_series().unique().sort()
    if len(both):
        raise UsageError(
            f"Teacher '{folder}' was trained on {len(both)} of the speakers or recordings that this run "
            f"holds out, such as {both[0]}. Train it with the same --split and --salt."
        )
