"""Synthetic noise of any colour behind the speech: white, pink, brown, blue and what lies between."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import torch
from torch import Tensor

from unheard.augment.added import Added
from unheard.augment.base import BatchInfo, Params
from unheard.augment.draws import check_range, uniform, whole_numbers
from unheard.augment.fft_filter import fft_length, frequencies_hz, samples_of

TABLE_SIZE = 1 << 20
LOWEST_HZ = 30.0  # below it the spectrum is flat, or brown noise would be one slow wave


@dataclass(frozen=True, kw_only=True)
class ColoredNoise(Added):
    """Adds Gaussian noise with power proportional to 1 / frequency^exponent, the exponent uniform.

    Exponent -1 is blue (+3 dB an octave), 0 white, 1 pink (-3 dB), 2 brown (-6 dB).
    """

    name: ClassVar[str] = "colored_noise"
    max_snr_db: float = 30.0
    min_exponent: float = -0.5
    max_exponent: float = 2.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range(self.name, "exponent", self.min_exponent, self.max_exponent)

    def draw_added(self, info: BatchInfo, generator: torch.Generator) -> Params:
        """A place in a table of Gaussian numbers stands for the noise itself: a draw stays a few numbers."""
        return {
            "exponent": uniform(info, generator, self.min_exponent, self.max_exponent),
            "table_start": whole_numbers(info, generator, 0, TABLE_SIZE - 1),
        }

    def added(self, values: Params, num_samples: int) -> Tensor:
        sample_rate = int(values["sample_rate"])
        return colored_noise(values["exponent"], values["table_start"], num_samples, sample_rate)


def colored_noise(exponent: Tensor, table_start: Tensor, num_samples: int, sample_rate: int) -> Tensor:
    """(batch, num_samples) noise of some level: a Gaussian spectrum, tilted, as a waveform."""
    num_fft = fft_length(num_samples, sample_rate)
    hz = frequencies_hz(num_fft, sample_rate, exponent.device)
    octaves = torch.log2(hz.clamp(min=LOWEST_HZ) / 1000)
    spectrum = gaussian_numbers(len(hz), exponent.device)[table_start]
    spectrum = spectrum * torch.exp2(-exponent.unsqueeze(1) / 2 * octaves)
    spectrum[:, 0] = 0
    return samples_of(spectrum, num_fft, num_samples)


@lru_cache(maxsize=4)
def gaussian_numbers(length: int, device: torch.device) -> Tensor:
    """(TABLE_SIZE, length) view of overlapping runs of one fixed table of complex Gaussian numbers."""
    generator = torch.Generator().manual_seed(0)
    table = torch.randn(TABLE_SIZE, dtype=torch.complex64, generator=generator)
    return torch.cat([table, table[: length - 1]]).to(device).unfold(0, length, 1)
