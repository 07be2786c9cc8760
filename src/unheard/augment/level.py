"""How loud the speech in a clip is, and how to add something at a given distance below it.

A clip of one second often holds 0.4 s of speech and the rest near silence or padding. Its mean power over the
whole clip would make the same signal-to-noise ratio mean different things for long and short words. The
*speech level* here is the rms over the loud frames only: those of 20 ms whose power is within 25 dB of the
loudest one (the idea of the active speech level of ITU-T P.56, with a threshold that follows the clip).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from unheard.units import db_to_amplitude

FRAME_S = 0.02
ACTIVE_RANGE_DB = 25.0
QUIETEST_LEVEL_DB = -60.0  # a clip below this (digital silence above all) counts as this loud


def frame_rms(samples: Tensor, sample_rate: int) -> Tensor:
    """(batch, num_frames) rms of whole frames of 20 ms; a clip shorter than one frame is one frame."""
    length = max(1, min(samples.shape[1], round(FRAME_S * sample_rate)))
    num_frames = samples.shape[1] // length
    frames = samples[:, : num_frames * length].reshape(-1, num_frames, length)
    levels: Tensor = torch.linalg.vector_norm(frames, dim=2) / math.sqrt(length)
    return levels


def active_frames(levels: Tensor) -> Tensor:
    """(batch, num_frames) bool: frames within 25 dB of the loudest; none in a silent clip."""
    active: Tensor = levels > levels.amax(1, keepdim=True) * db_to_amplitude(-ACTIVE_RANGE_DB)
    return active


def speech_level(samples: Tensor, sample_rate: int) -> Tensor:
    """(batch,) rms over the active frames of each clip; 0 for a silent clip."""
    levels = frame_rms(samples, sample_rate)
    active = active_frames(levels)
    power = (levels.square() * active).sum(1) / active.sum(1).clamp(min=1)
    return power.sqrt()


def rms(samples: Tensor) -> Tensor:
    """(batch,) rms over the whole clip."""
    level: Tensor = torch.linalg.vector_norm(samples, dim=1) / math.sqrt(samples.shape[1])
    return level


def db_to_ratio(gain_db: Tensor) -> Tensor:
    """Amplitude ratios of gains in dB."""
    ratio: Tensor = torch.pow(10.0, gain_db / 20)
    return ratio


def add_at_snr(samples: Tensor, noise: Tensor, snr_db: Tensor, sample_rate: int) -> Tensor:
    """samples + noise, the noise scaled so that speech level over noise rms is `snr_db` (batch,).

    A clip below -60 dB is treated as if it had that level, so digital silence gets faint noise. Noise that is
    itself silent adds nothing.
    """
    level = speech_level(samples, sample_rate).clamp(min=db_to_amplitude(QUIETEST_LEVEL_DB))
    noise_level = rms(noise)
    scale = torch.where(noise_level > 0, level / db_to_ratio(snr_db) / noise_level, torch.zeros_like(level))
    return torch.addcmul(samples, noise, scale.unsqueeze(1))
