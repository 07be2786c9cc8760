"""Made-up sounds behind the speech: tones that glide, hisses of any spectrum, rattles, swells and bursts.

A few recordings of noise teach a model those noises. What barks, cries, sirens and engines have in common is
made here at random: a tone with overtones whose pitch wanders, noise with peaks and holes in its spectrum,
pulses many times a second, and a loudness that comes and goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from unheard.augment.added import Added
from unheard.augment.base import BatchInfo, Params
from unheard.augment.colored_noise import TABLE_SIZE, gaussian_numbers
from unheard.augment.draws import log_uniform, sample_rate_of, uniform, whole_numbers
from unheard.augment.fft_filter import fft_length, frequencies_hz, samples_of
from unheard.augment.level import db_to_ratio, rms

NUM_OVERTONES = 24
WAVE_SAMPLES = 1024  # of one period of a tone
NUM_PITCHES, MIN_PITCH_HZ, MAX_PITCH_HZ = 8, 80.0, 3000.0
NUM_PEAKS, DEEPEST_HOLE_DB, LOWEST_HZ = 10, 40.0, 60.0
NUM_SWELLS, MAX_SWELL_DB = 16, 40.0
PULSED_SHARE, MIN_PULSES_HZ, MAX_PULSES_HZ = 0.35, 1.5, 60.0
STEADY_SHARE = 0.3


@dataclass(frozen=True, kw_only=True)
class Sounds(Added):
    """Adds a sound that no one has heard."""

    name: ClassVar[str] = "sounds"

    def draw_added(self, info: BatchInfo, generator: torch.Generator) -> Params:
        return draw_sounds(info, generator)

    def added(self, values: Params, num_samples: int) -> Tensor:
        return made_sounds(values, num_samples)


def draw_sounds(info: BatchInfo, generator: torch.Generator) -> Params:
    """What decides a sound for each clip.

    tone_share: 0 for noise alone, 1 for a tone alone, a quarter of all each. pitch_hz `(n, NUM_PITCHES)` and
    swell_db `(n, NUM_SWELLS)` lie evenly over the clip, peak_db `(n, NUM_PEAKS)` evenly over the octaves.
    overtone_db `(n, NUM_OVERTONES)`. decay is how far a pulse falls until the next one, in nepers; 0 for
    sounds without pulses.
    """
    base_hz = log_uniform(info, generator, MIN_PITCH_HZ, MAX_PITCH_HZ).unsqueeze(1)
    glide = uniform(info, generator, 0, 1, 1).square()
    steps = uniform(info, generator, -1, 1, NUM_PITCHES)
    octaves = torch.arange(1, NUM_OVERTONES + 1).log2()
    rolloff_db = uniform(info, generator, 0, 15, 1) * octaves
    steady = uniform(info, generator, 0, 1, 1) < STEADY_SHARE
    pulsed = uniform(info, generator, 0, 1) < PULSED_SHARE
    return {
        "tone_share": uniform(info, generator, -0.5, 1.5).clamp(0, 1),
        "pitch_hz": base_hz * torch.exp2(glide * steps),
        "overtone_db": uniform(info, generator, -20, 0, NUM_OVERTONES) - rolloff_db,
        "peak_db": uniform(info, generator, -DEEPEST_HOLE_DB, 0, NUM_PEAKS),
        "table_start": whole_numbers(info, generator, 0, TABLE_SIZE - 1),
        "swell_db": uniform(info, generator, -MAX_SWELL_DB, 0, NUM_SWELLS).masked_fill(steady, 0),
        "pulses_hz": log_uniform(info, generator, MIN_PULSES_HZ, MAX_PULSES_HZ),
        "pulse_start": uniform(info, generator, 0, 1),
        "decay": uniform(info, generator, 1, 12) * pulsed,
        "sample_rate": sample_rate_of(info),
    }


def made_sounds(values: Params, num_samples: int) -> Tensor:
    """(batch, num_samples) sounds of some level, from what `draw_sounds` drew."""
    sample_rate = int(values["sample_rate"])
    tone, hiss = _tones(values, num_samples, sample_rate), _hisses(values, num_samples, sample_rate)
    share = values["tone_share"].unsqueeze(1)
    mixed = _at_unit_level(tone) * share + _at_unit_level(hiss) * (1 - share)
    seconds = torch.arange(num_samples, device=mixed.device) / sample_rate
    since_pulse = (values["pulses_hz"].unsqueeze(1) * seconds + values["pulse_start"].unsqueeze(1)).frac()
    loudness = db_to_ratio(_lines(values["swell_db"], num_samples))
    return mixed * loudness * torch.exp(-values["decay"].unsqueeze(1) * since_pulse)


def _tones(values: Params, num_samples: int, sample_rate: int) -> Tensor:
    """One period of each tone, read along at the pitch; overtones that would fold back are left out."""
    pitch_hz = values["pitch_hz"]
    overtones = torch.arange(1, NUM_OVERTONES + 1, device=pitch_hz.device)
    fits = overtones * pitch_hz.amax(1, keepdim=True) < sample_rate / 2
    loudness = db_to_ratio(values["overtone_db"]) * fits
    phases = gaussian_numbers(NUM_OVERTONES, pitch_hz.device)[values["table_start"]].sgn()
    period = torch.fft.irfft(functional.pad(loudness * phases, (1, 0)), WAVE_SAMPLES)
    cycles = (_lines(pitch_hz, num_samples) / sample_rate).cumsum(1).frac()
    tones: Tensor = period.gather(1, (cycles * WAVE_SAMPLES).long().clamp_(max=WAVE_SAMPLES - 1))
    return tones


def _hisses(values: Params, num_samples: int, sample_rate: int) -> Tensor:
    """Gaussian noise under lines between the peaks and holes of its spectrum."""
    num_fft = fft_length(num_samples, sample_rate)
    hz = frequencies_hz(num_fft, sample_rate, values["peak_db"].device)
    octaves = (hz.clamp(min=LOWEST_HZ) / LOWEST_HZ).log2()
    place = octaves / octaves[-1] * (NUM_PEAKS - 1)
    below = place.floor().clamp(max=NUM_PEAKS - 2)
    peaks, index = values["peak_db"], below.long()
    level_db = torch.lerp(peaks[:, index], peaks[:, index + 1], place - below)
    spectrum = gaussian_numbers(len(hz), hz.device)[values["table_start"]] * db_to_ratio(level_db)
    spectrum[:, 0] = 0
    return samples_of(spectrum, num_fft, num_samples)


def _lines(knots: Tensor, num_samples: int) -> Tensor:
    """(batch, num_samples): straight lines between the (batch, num_knots) values."""
    lines = functional.interpolate(knots.unsqueeze(1), num_samples, mode="linear", align_corners=True)
    return lines.squeeze(1)


def _at_unit_level(samples: Tensor) -> Tensor:
    return samples / rms(samples).clamp(min=1e-9).unsqueeze(1)
