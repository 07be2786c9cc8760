"""The word earlier or later in its window; what moves in from outside is silence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from unheard.augment.base import BatchInfo, Params, Transform
from unheard.augment.draws import check_not_negative, whole_numbers
from unheard.units import seconds_to_samples


@dataclass(frozen=True, kw_only=True)
class TimeShift(Transform):
    """Moves each clip by up to `max_shift_ms` either way. Put it before noise: the gap is digital silence."""

    name: ClassVar[str] = "time_shift"
    max_shift_ms: float = 100.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_not_negative(self.name, "max_shift_ms", self.max_shift_ms)

    def draw_values(self, info: BatchInfo, generator: torch.Generator) -> Params:
        most = seconds_to_samples(self.max_shift_ms / 1000, info.sample_rate)
        return {"shift_samples": whole_numbers(info, generator, -most, most)}

    def change(self, samples: Tensor, values: Params) -> Tensor:
        shift = values["shift_samples"]
        return shifted(samples, shift)


def shifted(samples: Tensor, shift_samples: Tensor) -> Tensor:
    """Each row later by its number of samples (earlier where negative), the gap filled with zeros."""
    num_samples = samples.shape[1]
    most = min(int(shift_samples.abs().max()), num_samples)
    starts = most - shift_samples.clamp(-most, most)
    windows = functional.pad(samples, (most, most)).unfold(1, num_samples, 1)
    return windows[torch.arange(len(samples), device=samples.device), starts]
