"""Things that are struck: dishes, keys, doors and tools, made up at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from unheard.augment.added import Added
from unheard.augment.base import BatchInfo, Params
from unheard.augment.colored_noise import TABLE_SIZE, gaussian_numbers
from unheard.augment.draws import log_uniform, sample_rate_of, uniform, whole_numbers
from unheard.augment.fft_filter import fast_length, samples_of, spectrum_of
from unheard.augment.level import db_to_ratio

NUM_HITS, MAX_SOFTER_DB = 24, 40.0
NUM_MODES, MIN_MODE_HZ, MAX_MODE_HZ = 16, 150.0, 7000.0
MIN_DECAY_S, MAX_DECAY_S, RINGING_S = 0.003, 0.25, 0.5


@dataclass(frozen=True, kw_only=True)
class Clatter(Added):
    """Adds a body that is struck up to 24 times at random moments, each time ringing in the same modes."""

    name: ClassVar[str] = "clatter"

    def draw_added(self, info: BatchInfo, generator: torch.Generator) -> Params:
        return draw_clatter(info, generator)

    def added(self, values: Params, num_samples: int) -> Tensor:
        return made_clatter(values, num_samples)


def draw_clatter(info: BatchInfo, generator: torch.Generator) -> Params:
    """What decides the clatter of each clip.

    hit_time `(n, NUM_HITS)` as a share of the clip and softer_db how much softer each hit is than the loudest
    can be; of them `num_hits` count. Modes `(n, NUM_MODES)`: their octaves above the lowest frequency, level
    and decay time in seconds to 1/e, around a body's own.
    """
    octaves = torch.tensor(MAX_MODE_HZ / MIN_MODE_HZ).log2().item()
    body_s = log_uniform(info, generator, MIN_DECAY_S, MAX_DECAY_S).unsqueeze(1)
    return {
        "num_hits": whole_numbers(info, generator, 1, NUM_HITS),
        "hit_time": uniform(info, generator, 0, 1, NUM_HITS),
        "softer_db": uniform(info, generator, 0, MAX_SOFTER_DB, NUM_HITS),
        "mode_hz": MIN_MODE_HZ * torch.exp2(octaves * uniform(info, generator, 0, 1, NUM_MODES)),
        "mode_db": uniform(info, generator, -30, 0, NUM_MODES),
        "decay_s": body_s * torch.exp2(uniform(info, generator, -2, 0, NUM_MODES)),
        "table_start": whole_numbers(info, generator, 0, TABLE_SIZE - 1),
        "sample_rate": sample_rate_of(info),
    }


def made_clatter(values: Params, num_samples: int) -> Tensor:
    """(batch, num_samples) of some level, from what `draw_clatter` drew."""
    response = _ringing(values)
    num_fft = fast_length(num_samples + response.shape[1] - 1)
    spectrum = spectrum_of(_hits(values, num_samples), num_fft) * spectrum_of(response, num_fft)
    return samples_of(spectrum, num_fft, num_samples)


def _hits(values: Params, num_samples: int) -> Tensor:
    """(batch, num_samples) impulses."""
    times = (values["hit_time"] * (num_samples - 1)).long()
    counts = torch.arange(NUM_HITS, device=times.device) < values["num_hits"].unsqueeze(1)
    strength = db_to_ratio(-values["softer_db"]) * counts
    return torch.zeros(len(times), num_samples, device=times.device).scatter_add_(1, times, strength)


def _ringing(values: Params) -> Tensor:
    """(batch, num_response) of a body struck once: modes that decay, after a click of noise."""
    sample_rate = int(values["sample_rate"])
    num_samples = round(RINGING_S * sample_rate)
    seconds = torch.arange(num_samples, device=values["mode_hz"].device) / sample_rate
    response = gaussian_numbers(num_samples, seconds.device)[values["table_start"]].real * torch.exp(
        -seconds / MIN_DECAY_S
    )
    for mode in range(NUM_MODES):
        hz, decay_s, level_db = (
            values[name][:, mode].unsqueeze(1) for name in ("mode_hz", "decay_s", "mode_db")
        )
        wave = torch.sin(2 * torch.pi * hz * seconds) * torch.exp(-seconds / decay_s)
        response = torch.addcmul(response, wave, db_to_ratio(level_db))
    return response
