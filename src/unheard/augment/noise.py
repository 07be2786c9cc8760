"""Recorded noise behind the speech, at a drawn signal-to-noise ratio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from unheard.augment.added import Added
from unheard.augment.base import BatchInfo, Params
from unheard.augment.noise_bank import NoiseBank


@dataclass(frozen=True, kw_only=True)
class Noise(Added):
    """Adds a random piece of the bank."""

    name: ClassVar[str] = "noise"
    bank: NoiseBank

    def draw_added(self, info: BatchInfo, generator: torch.Generator) -> Params:
        return self.bank.draw(info, generator)

    def added(self, values: Params, num_samples: int) -> Tensor:
        return self.bank.pieces(values["recording"], values["start_samples"], num_samples)
