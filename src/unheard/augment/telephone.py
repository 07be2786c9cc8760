"""The clip through a telephone: 8 kHz, a narrow band, eight bits a sample."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from unheard.augment.base import BatchInfo, Params, Transform
from unheard.augment.draws import check_range, sample_rate_of, uniform
from unheard.augment.fft_filter import fft_length, frequencies_hz, high_pass_db, samples_of, spectrum_of
from unheard.augment.level import db_to_ratio

LINE_RATE_HZ = 8000
MU = 255.0


@dataclass(frozen=True, kw_only=True)
class Telephone(Transform):
    """Resamples to 8 kHz, filters to the telephone band, compands with mu-law (ITU-T G.711), and comes back.

    Both edges are 3 dB down at a drawn frequency with a drawn slope in dB an octave; nothing passes above
    4 kHz. A share of `companding_p` of the clips goes through the 8-bit code, with its peak at a drawn level
    of the line: above 0 dB the line clips.
    """

    name: ClassVar[str] = "telephone"
    min_low_edge_hz: float = 200.0
    max_low_edge_hz: float = 400.0
    min_high_edge_hz: float = 3000.0
    max_high_edge_hz: float = 3600.0
    min_slope_db: float = 18.0
    max_slope_db: float = 60.0
    companding_p: float = 0.5
    min_line_peak_db: float = -20.0
    max_line_peak_db: float = 3.0

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("low_edge_hz", "high_edge_hz", "slope_db", "line_peak_db"):
            check_range(self.name, name, getattr(self, f"min_{name}"), getattr(self, f"max_{name}"))

    def draw_values(self, info: BatchInfo, generator: torch.Generator) -> Params:
        return {
            "low_edge_hz": uniform(info, generator, self.min_low_edge_hz, self.max_low_edge_hz),
            "high_edge_hz": uniform(info, generator, self.min_high_edge_hz, self.max_high_edge_hz),
            "low_slope_db": uniform(info, generator, self.min_slope_db, self.max_slope_db),
            "high_slope_db": uniform(info, generator, self.min_slope_db, self.max_slope_db),
            "compands": torch.rand(info.num_clips, generator=generator) < self.companding_p,
            "line_peak_db": uniform(info, generator, self.min_line_peak_db, self.max_line_peak_db),
            "sample_rate": sample_rate_of(info),
        }

    def change(self, samples: Tensor, values: Params) -> Tensor:
        sample_rate, num_samples = int(values["sample_rate"]), samples.shape[1]
        num_fft = fft_length(num_samples, sample_rate)
        num_line = min(num_fft, 2 * round(num_fft * LINE_RATE_HZ / sample_rate / 2))
        spectrum = spectrum_of(samples, num_fft)[:, : num_line // 2 + 1]
        gain = _band_gain(values, frequencies_hz(num_fft, sample_rate, samples.device)[: num_line // 2 + 1])
        line = samples_of(spectrum * gain, num_line, num_line) * (num_line / num_fft)
        line = torch.where(values["compands"].unsqueeze(1), _companded(line, values["line_peak_db"]), line)
        spectrum = spectrum_of(line * (num_fft / num_line), num_line)
        return samples_of(spectrum, num_fft, num_samples)


def _band_gain(values: Params, hz: Tensor) -> Tensor:
    """(batch, num_bins) linear gain of the telephone band; 0 at 0 Hz and at 4 kHz."""
    octaves = torch.log2(hz.clamp(min=1.0))
    above_low = octaves - values["low_edge_hz"].log2().unsqueeze(1)
    below_high = values["high_edge_hz"].log2().unsqueeze(1) - octaves
    gain_db = high_pass_db(above_low, values["low_slope_db"].unsqueeze(1))
    gain = db_to_ratio(gain_db + high_pass_db(below_high, values["high_slope_db"].unsqueeze(1)))
    gain[:, 0] = 0
    gain[:, -1] = 0
    return gain


def _companded(line: Tensor, line_peak_db: Tensor) -> Tensor:
    """The line signal after an 8-bit mu-law code, set to its line level before and back after."""
    peak = line.abs().amax(1)
    scale = (db_to_ratio(line_peak_db) / peak.clamp(min=1e-9)).unsqueeze(1)
    return mu_law(line * scale) / scale


def mu_law(samples: Tensor, num_bits: int = 8) -> Tensor:
    """What is left of samples in [-1, 1] after mu-law of so many bits; anything outside is clipped."""
    limited = samples.clamp(-1, 1)
    highest = 2 ** (num_bits - 1) - 1
    code = torch.log1p(MU * limited.abs()) / math.log1p(MU)
    code = (code * highest).round() / highest
    return limited.sign() * torch.expm1(code * math.log1p(MU)) / MU
