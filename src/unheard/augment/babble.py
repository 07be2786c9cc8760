"""Other people talking: several random clips at once behind the speech."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from unheard.augment.added import Added
from unheard.augment.base import BatchInfo, Params
from unheard.augment.draws import check_range, whole_numbers
from unheard.augment.level import rms
from unheard.augment.noise_bank import NoiseBank
from unheard.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Babble(Added):
    """Adds the sum of `min_voices` to `max_voices` clips of a bank of speech, each at the same level.

    A voice is a random piece of the bank read as one long recording, so words are not in step and one clip
    goes over into the next.
    """

    name: ClassVar[str] = "babble"
    bank: NoiseBank
    min_voices: int = 3
    max_voices: int = 8

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range(self.name, "voices", self.min_voices, self.max_voices)
        if self.min_voices < 1:
            raise UsageError(f"babble: min_voices is {self.min_voices}; it takes at least one voice.")

    def draw_added(self, info: BatchInfo, generator: torch.Generator) -> Params:
        return {
            "num_voices": whole_numbers(info, generator, self.min_voices, self.max_voices),
            **self.bank.as_one().draw(info, generator, self.max_voices),
        }

    def added(self, values: Params, num_samples: int) -> Tensor:
        num_voices, stream = values["num_voices"], self.bank.as_one()
        babble = torch.zeros(len(num_voices), num_samples, device=num_voices.device)
        for voice in range(self.max_voices):
            rows = (num_voices > voice).nonzero().squeeze(1)
            recording, start = values["recording"][rows, voice], values["start_samples"][rows, voice]
            piece = stream.pieces(recording, start, num_samples)
            babble.index_add_(0, rows, piece / rms(piece).clamp(min=1e-5).unsqueeze(1))
        return babble
