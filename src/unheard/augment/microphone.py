"""Another microphone: a smooth random frequency response, and perhaps less treble."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from unheard.augment.base import BatchInfo, Params, Transform
from unheard.augment.draws import check_positive, check_range, log_uniform, sample_rate_of, uniform
from unheard.augment.fft_filter import (
    fft_length,
    filter_clips,
    frequencies_hz,
    high_pass_db,
    octave_hats,
)
from unheard.augment.level import db_to_ratio
from unheard.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Microphone(Transform):
    """Filters with a gain that is piecewise linear in dB over log-frequency, uniform within `max_gain_db`.

    The knots are evenly spaced in octaves from 60 Hz to half the sample rate. A share of `bandwidth_p` of the
    clips also loses what lies above a log-uniformly drawn edge, by a drawn slope in dB an octave.
    """

    name: ClassVar[str] = "microphone"
    max_gain_db: float = 10.0
    num_knots: int = 8
    bandwidth_p: float = 0.3
    min_bandwidth_hz: float = 2500.0
    max_bandwidth_hz: float = 7000.0
    min_slope_db: float = 12.0
    max_slope_db: float = 60.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive(self.name, "min_bandwidth_hz", self.min_bandwidth_hz)
        check_range(self.name, "bandwidth_hz", self.min_bandwidth_hz, self.max_bandwidth_hz)
        check_range(self.name, "slope_db", self.min_slope_db, self.max_slope_db)
        if self.num_knots < 2:
            raise UsageError(f"microphone: num_knots is {self.num_knots}; it takes at least 2.")

    def draw_values(self, info: BatchInfo, generator: torch.Generator) -> Params:
        return {
            "gain_db": uniform(info, generator, -self.max_gain_db, self.max_gain_db, self.num_knots),
            "limits_bandwidth": torch.rand(info.num_clips, generator=generator) < self.bandwidth_p,
            "bandwidth_hz": log_uniform(info, generator, self.min_bandwidth_hz, self.max_bandwidth_hz),
            "slope_db": uniform(info, generator, self.min_slope_db, self.max_slope_db),
            "sample_rate": sample_rate_of(info),
        }

    def change(self, samples: Tensor, values: Params) -> Tensor:
        sample_rate = int(values["sample_rate"])
        num_fft = fft_length(samples.shape[1], sample_rate)
        hats = octave_hats(self.num_knots, num_fft, sample_rate, samples.device)
        hz = frequencies_hz(num_fft, sample_rate, samples.device)
        octaves_below = torch.log2(values["bandwidth_hz"].unsqueeze(1) / hz.clamp(min=1.0))
        edge_db = high_pass_db(octaves_below, values["slope_db"].unsqueeze(1))
        gain_db = torch.addcmul(values["gain_db"] @ hats, edge_db, values["limits_bandwidth"].unsqueeze(1))
        return filter_clips(samples, db_to_ratio(gain_db), num_fft)
