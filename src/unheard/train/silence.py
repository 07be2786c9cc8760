"""Clips without speech, for the class `_silence_`: background recordings, coloured noise, and quiet."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from unheard.augment.base import BatchInfo
from unheard.augment.colored_noise import ColoredNoise
from unheard.augment.level import rms
from unheard.augment.noise_bank import NoiseBank

MIN_LEVEL_DB, MAX_LEVEL_DB = -75.0, -15.0  # rms re full scale
RECORDED_SHARE = 0.6
UNSTEADY_SHARE = 0.5  # of the clips swell and fade, as barks, steps and doors do
NUM_SWELLS, MAX_SWELL_DB = 12, 30.0
DIGITAL_SILENCE_SHARE = 0.05


@dataclass(frozen=True)
class SilenceMaker:
    """Draws clips of class `_silence_`; without background recordings all noise is coloured."""

    bank: NoiseBank | None
    sample_rate: int

    def make(self, num_clips: int, num_samples: int, generator: torch.Generator) -> Tensor:
        """`(num_clips, num_samples)` float32 at levels uniform in dB."""
        info = BatchInfo(num_clips, num_samples, self.sample_rate)
        coloring = ColoredNoise(min_snr_db=0, max_snr_db=0)
        clips = coloring.apply(torch.zeros(num_clips, num_samples), coloring.draw(info, generator))
        if self.bank is not None:
            recorded = torch.rand(num_clips, generator=generator) < RECORDED_SHARE
            drawn = self.bank.draw(info, generator)
            pieces = self.bank.pieces(drawn["recording"], drawn["start_samples"], num_samples)
            clips = torch.where(recorded.unsqueeze(1), pieces, clips)
        clips = clips * _swells(num_clips, num_samples, generator)
        level_db = MIN_LEVEL_DB + (MAX_LEVEL_DB - MIN_LEVEL_DB) * torch.rand(num_clips, generator=generator)
        level_db[torch.rand(num_clips, generator=generator) < DIGITAL_SILENCE_SHARE] = -torch.inf
        gain = torch.pow(10.0, level_db / 20) / rms(clips).clamp(min=1e-9)
        return (clips * gain.unsqueeze(1)).clamp(-1, 1)


def _swells(num_clips: int, num_samples: int, generator: torch.Generator) -> Tensor:
    """Gains `(num_clips, num_samples)`: 1 for steady clips, else lines between random levels in dB."""
    unsteady = torch.rand(num_clips, 1, 1, generator=generator) < UNSTEADY_SHARE
    knots_db = -MAX_SWELL_DB * torch.rand(num_clips, 1, NUM_SWELLS, generator=generator) * unsteady
    level_db = functional.interpolate(knots_db, size=num_samples, mode="linear", align_corners=True)
    return torch.pow(10.0, level_db.squeeze(1) / 20)
