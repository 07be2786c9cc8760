"""From a batch of clips to augmented samples: what every step of a training hears."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from unheard.corpus.classes import ClassMap
from unheard.train.augmentation import NO_WORD, Augmentation
from unheard.train.data import SILENCE_ROW, Batch
from unheard.train.silence import SilenceMaker

INT16_SCALE = 1.0 / 32768.0


@dataclass(frozen=True)
class StepSources:
    """What a step draws from besides its batch."""

    classes: ClassMap
    augmentation: Augmentation
    silence: SilenceMaker


def step_seed(seed: int, epoch: int, batch_index: int) -> int:
    """A seed for one step: the same whatever came before, so that a resumed run draws the same."""
    return int(np.random.SeedSequence([seed, epoch, batch_index]).generate_state(1, np.uint32)[0])


def augmented(
    batch: Batch, sources: StepSources, sample_rate: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Samples `(batch, num_samples)` float32 in [-1, 1] with silence made and all changed, and classes."""
    rows, whole, classes = batch
    samples = whole.float() * INT16_SCALE
    silent = rows == SILENCE_ROW
    index = sources.classes.silence
    if index is not None and bool(silent.any()):
        made = sources.silence.make(int(silent.sum()), samples.shape[1], generator)
        samples[silent] = made.to(samples.device)
        classes = torch.where(silent, index, classes)
    words = classes if index is None else torch.where(classes == index, NO_WORD, classes)
    samples, changed = sources.augmentation.change_samples(
        samples, words, sources.classes.unknown, sample_rate, generator
    )
    return samples.clamp(-1, 1), torch.where(changed == NO_WORD, classes, changed)
