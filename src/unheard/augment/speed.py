"""The clip faster or slower, pitch and all, as a record played at another speed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from unheard.augment.base import BatchInfo, Params, Transform
from unheard.augment.draws import check_positive, check_range, log_uniform
from unheard.augment.fft_filter import fft_length, samples_of, spectrum_of

OVERSAMPLING = 2


@dataclass(frozen=True, kw_only=True)
class Speed(Transform):
    """Plays each clip at `factor` times its speed (above 1: shorter and higher), the middle staying in place.

    The factor is log-uniform. The clip keeps its length: a faster one gets zeros at both ends, a slower one
    loses both ends. Put it before noise.
    """

    name: ClassVar[str] = "speed"
    min_factor: float = 0.85
    max_factor: float = 1.15

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive(self.name, "min_factor", self.min_factor)
        check_range(self.name, "factor", self.min_factor, self.max_factor)

    def draw_values(self, info: BatchInfo, generator: torch.Generator) -> Params:
        return {"factor": log_uniform(info, generator, self.min_factor, self.max_factor)}

    def change(self, samples: Tensor, values: Params) -> Tensor:
        return resampled(samples, values["factor"])


def resampled(samples: Tensor, factor: Tensor) -> Tensor:
    """(batch, num_samples) clips read at `factor` samples a step, by cubic interpolation of twice the rate.

    Frequencies that a factor above 1 would push past half the sample rate are removed first.
    """
    num_samples = samples.shape[1]
    dense = _oversampled(samples, factor)
    middle = (num_samples - 1) / 2
    steps = torch.arange(num_samples, device=samples.device) - middle
    position = OVERSAMPLING * (middle + steps * factor.unsqueeze(1))
    inside = (position >= 0) & (position <= OVERSAMPLING * num_samples - 1)
    return _cubic(dense, position.clamp(0, OVERSAMPLING * num_samples - 1)) * inside


def _oversampled(samples: Tensor, factor: Tensor) -> Tensor:
    """(batch, 2 * num_samples) at twice the rate, without what would alias."""
    num_samples = samples.shape[1]
    num_fft = fft_length(num_samples, num_samples)
    spectrum = spectrum_of(samples, num_fft)
    bins = torch.arange(spectrum.shape[1], device=samples.device)
    spectrum *= (bins * factor.unsqueeze(1) < spectrum.shape[1] - 1) * OVERSAMPLING
    return samples_of(spectrum, OVERSAMPLING * num_fft, OVERSAMPLING * num_samples)


def _cubic(dense: Tensor, position: Tensor) -> Tensor:
    """Catmull-Rom interpolation of (batch, n) at (batch, m) positions, edges repeated."""
    padded = functional.pad(dense, (1, 2))
    whole = position.floor()
    t = position - whole
    index = whole.long()
    before, here, after, later = (padded.gather(1, index + step) for step in range(4))
    slope_here, slope_after = (after - before) / 2, (later - here) / 2
    jump = after - here
    bend = 3 * jump - 2 * slope_here - slope_after
    twist = slope_here + slope_after - 2 * jump
    return here + t * (slope_here + t * (bend + t * twist))
