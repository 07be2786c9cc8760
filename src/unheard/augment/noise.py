"""Recorded noise behind the speech, at a drawn signal-to-noise ratio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from unheard.augment.added import Added
from unheard.augment.base import BatchInfo, Params
from unheard.augment.draws import uniform
from unheard.augment.fft_filter import fft_length, filter_clips, octave_hats
from unheard.augment.level import db_to_ratio, rms
from unheard.augment.noise_bank import NoiseBank
from unheard.errors import UsageError

NUM_KNOTS = 8


@dataclass(frozen=True, kw_only=True)
class Noise(Added):
    """Adds a random piece of the bank, which may become a noise of its own first.

    A handful of recordings teach a model those recordings. A share `vary_p` of the pieces is played at up to
    `max_octaves` above or below its speed, filtered by a gain within `max_gain_db` of random shape, and half
    of these have a second such piece under them.
    """

    name: ClassVar[str] = "noise"
    bank: NoiseBank
    vary_p: float = 0.0
    max_octaves: float = 1.0
    max_gain_db: float = 12.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.vary_p <= 1:
            raise UsageError(f"{self.name}: vary_p is {self.vary_p}; it is a share, from 0 to 1.")

    def draw_added(self, info: BatchInfo, generator: torch.Generator) -> Params:
        if self.vary_p == 0:
            return self.bank.draw(info, generator)
        return {
            "varies": torch.rand(info.num_clips, generator=generator) < self.vary_p,
            "speed": torch.exp2(uniform(info, generator, -self.max_octaves, self.max_octaves, 2)),
            "gain_db": uniform(info, generator, -self.max_gain_db, self.max_gain_db, NUM_KNOTS),
            "under": torch.rand(info.num_clips, generator=generator) < 0.5,
            **self.bank.draw(info, generator, 2),
        }

    def added(self, values: Params, num_samples: int) -> Tensor:
        recording, start = values["recording"], values["start_samples"]
        if self.vary_p == 0:
            return self.bank.pieces(recording, start, num_samples)
        varies = values["varies"]
        pieces = torch.empty(len(varies), num_samples, device=varies.device)
        pieces[~varies] = self.bank.pieces(recording[~varies, 0], start[~varies, 0], num_samples)
        if varies.any():  # a Fourier transform of no rows is an error
            varied = {name: one[varies] if one.dim() else one for name, one in values.items()}
            pieces[varies] = self._varied(varied, num_samples)
        return pieces

    def _varied(self, values: Params, num_samples: int) -> Tensor:
        under = values["under"]
        mixed = self._at_speed(values, slice(None), 0, num_samples)
        mixed[under] += self._at_speed(values, under, 1, num_samples)
        sample_rate = int(values["sample_rate"])
        num_fft = fft_length(num_samples, sample_rate)
        gain_db = values["gain_db"] @ octave_hats(NUM_KNOTS, num_fft, sample_rate, mixed.device)
        return filter_clips(mixed, db_to_ratio(gain_db), num_fft)

    def _at_speed(self, values: Params, rows: Tensor | slice, layer: int, num_samples: int) -> Tensor:
        """At unit level."""
        wanted = ("recording", "start_samples", "speed")
        recording, start, speed = (values[name][rows, layer] for name in wanted)
        piece = self.bank.pieces_at_speed(recording, start, speed, num_samples).to(speed.device)
        return piece / rms(piece).clamp(min=1e-5).unsqueeze(1)
