"""A preamplifier driven too hard: peaks cut flat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from unheard.augment.base import BatchInfo, Params, Transform
from unheard.augment.draws import check_positive, check_range, log_uniform
from unheard.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Clipping(Transform):
    """Limits each clip to a share of its own highest peak; the share is log-uniform (even in dB)."""

    name: ClassVar[str] = "clipping"
    min_peak_share: float = 0.1
    max_peak_share: float = 0.8

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive(self.name, "min_peak_share", self.min_peak_share)
        check_range(self.name, "peak_share", self.min_peak_share, self.max_peak_share)
        if self.max_peak_share > 1:
            raise UsageError(f"clipping: max_peak_share is {self.max_peak_share}; 1 already clips nothing.")

    def draw_values(self, info: BatchInfo, generator: torch.Generator) -> Params:
        return {"peak_share": log_uniform(info, generator, self.min_peak_share, self.max_peak_share)}

    def change(self, samples: Tensor, values: Params) -> Tensor:
        limit = samples.abs().amax(1, keepdim=True) * values["peak_share"].unsqueeze(1)
        return samples.clamp(-limit, limit)
