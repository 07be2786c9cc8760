"""Words backwards: the sounds of speech in an order that is no word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from unheard.augment.base import BatchInfo, Params, Transform


@dataclass(frozen=True, kw_only=True)
class Reverse(Transform):
    """Plays each clip backwards. It then no longer is its word: label it unknown."""

    name: ClassVar[str] = "reverse"
    changes_word: ClassVar[bool] = True

    def draw_values(self, info: BatchInfo, generator: torch.Generator) -> Params:
        return {}

    def change(self, samples: Tensor, values: Params) -> Tensor:
        return samples.flip(1)
