"""The clip faster or slower, pitch and all, as a record played at another speed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from unheard.augment.base import BatchInfo, Params, Transform
from unheard.augment.draws import check_positive, check_range, log_uniform
from unheard.augment.fft_filter import fast_length, samples_of, spectrum_of

OVERSAMPLING = 3


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
    """(batch, num_samples) clips read at `factor` samples a step, the middle staying in place.

    Read by straight lines between points at three times the rate: the images that this leaves are 42 dB down
    for a tone at a quarter of the sample rate. Frequencies that a factor above 1 would push past half the
    sample rate are removed first.
    """
    num_samples = samples.shape[1]
    dense = _oversampled(samples, factor)
    last = dense.shape[1] - 2
    steps = torch.arange(num_samples, device=samples.device) - (num_samples - 1) / 2
    position = OVERSAMPLING * (steps * factor.unsqueeze(1) + (num_samples - 1) / 2)
    index = position.long().clamp_(0, last)
    share = position.sub_(index)
    inside = (share >= 0) & (share <= 1)
    read = torch.lerp(dense.gather(1, index), dense[:, 1:].gather(1, index), share)
    return read.mul_(inside)


def _oversampled(samples: Tensor, factor: Tensor) -> Tensor:
    """(batch, 3 * (num_samples - 1) + 1) at three times the rate, without what would alias.

    Straight lines between points damp a frequency by the square of sinc; that is made up for here.
    """
    num_samples = samples.shape[1]
    num_fft = fast_length(num_samples + num_samples // 20)
    spectrum = spectrum_of(samples, num_fft)
    bins = torch.arange(spectrum.shape[1], device=samples.device)
    gain = OVERSAMPLING / torch.sinc(bins / (OVERSAMPLING * num_fft)).square()
    spectrum *= torch.where(bins * factor.unsqueeze(1) < spectrum.shape[1] - 1, gain, 0.0)
    dense = samples_of(spectrum, OVERSAMPLING * num_fft, OVERSAMPLING * num_fft)
    return dense[:, : OVERSAMPLING * (num_samples - 1) + 1]
