"""Recorded noise behind the speech, at a drawn signal-to-noise ratio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from unheard.augment.base import BatchInfo, Params, Transform
from unheard.augment.draws import check_range, sample_rate_of, uniform
from unheard.augment.level import add_at_snr
from unheard.augment.noise_bank import NoiseBank


@dataclass(frozen=True, kw_only=True)
class Noise(Transform):
    """Adds a random piece of the bank; the ratio is uniform in dB and relative to the speech level."""

    name: ClassVar[str] = "noise"
    bank: NoiseBank
    min_snr_db: float = 0.0
    max_snr_db: float = 20.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range(self.name, "snr_db", self.min_snr_db, self.max_snr_db)

    def draw_values(self, info: BatchInfo, generator: torch.Generator) -> Params:
        snr_db = uniform(info, generator, self.min_snr_db, self.max_snr_db)
        return {"snr_db": snr_db, "sample_rate": sample_rate_of(info), **self.bank.draw(info, generator)}

    def change(self, samples: Tensor, values: Params) -> Tensor:
        noise = self.bank.pieces(values["recording"], values["start_samples"], samples.shape[1])
        return add_at_snr(samples, noise, values["snr_db"], int(values["sample_rate"]))
