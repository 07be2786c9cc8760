"""Other people talking: several random clips at once behind the speech."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from unheard.augment.base import BatchInfo, Params, Transform
from unheard.augment.draws import check_range, sample_rate_of, uniform, whole_numbers
from unheard.augment.level import add_at_snr, rms
from unheard.augment.noise_bank import NoiseBank
from unheard.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Babble(Transform):
    """Adds the sum of `min_voices` to `max_voices` clips of a bank of speech, each at the same level.

    A voice is a random piece of the bank read as one long recording, so words are not in step and one clip
    goes over into the next.
    """

    name: ClassVar[str] = "babble"
    bank: NoiseBank
    min_voices: int = 3
    max_voices: int = 8
    min_snr_db: float = 0.0
    max_snr_db: float = 20.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range(self.name, "voices", self.min_voices, self.max_voices)
        check_range(self.name, "snr_db", self.min_snr_db, self.max_snr_db)
        if self.min_voices < 1:
            raise UsageError(f"babble: min_voices is {self.min_voices}; it takes at least one voice.")

    def draw_values(self, info: BatchInfo, generator: torch.Generator) -> Params:
        return {
            "snr_db": uniform(info, generator, self.min_snr_db, self.max_snr_db),
            "num_voices": whole_numbers(info, generator, self.min_voices, self.max_voices),
            **self.bank.as_one().draw(info, generator, self.max_voices),
            "sample_rate": sample_rate_of(info),
        }

    def change(self, samples: Tensor, values: Params) -> Tensor:
        stream, babble = self.bank.as_one(), torch.zeros_like(samples)
        for voice in range(self.max_voices):
            rows = (values["num_voices"] > voice).nonzero().squeeze(1)
            recording, start = values["recording"][rows, voice], values["start_samples"][rows, voice]
            piece = stream.pieces(recording, start, samples.shape[1])
            babble.index_add_(0, rows, piece / rms(piece).clamp(min=1e-5).unsqueeze(1))
        return add_at_snr(samples, babble, values["snr_db"], int(values["sample_rate"]))
