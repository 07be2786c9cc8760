"""Calls of no creature: speech backwards, and far slower or faster than it was, behind the speech."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from unheard.augment.added import Added
from unheard.augment.base import BatchInfo, Params
from unheard.augment.draws import check_positive, check_range, log_uniform
from unheard.augment.noise_bank import NoiseBank


@dataclass(frozen=True, kw_only=True)
class Calls(Added):
    """Adds a random piece of a bank of speech, read as one recording, backwards at `factor` times its speed.

    Cries and crows have the overtones, glides and pauses of a voice and none of its words, and recordings of
    them are rare. The factor is log-uniform.
    """

    name: ClassVar[str] = "calls"
    bank: NoiseBank
    min_factor: float = 0.4
    max_factor: float = 3.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive(self.name, "min_factor", self.min_factor)
        check_range(self.name, "factor", self.min_factor, self.max_factor)

    def draw_added(self, info: BatchInfo, generator: torch.Generator) -> Params:
        factor = log_uniform(info, generator, self.min_factor, self.max_factor)
        return {"factor": factor, **self.bank.as_one().draw(info, generator)}

    def added(self, values: Params, num_samples: int) -> Tensor:
        factor = values["factor"]
        stream, recording, start = self.bank.as_one(), values["recording"], values["start_samples"]
        return stream.pieces_at_speed(recording, start, -factor, num_samples).to(factor.device)
