"""The clip as it sounds across a room: convolution with an impulse response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from unheard.augment.base import BatchInfo, Params, Transform
from unheard.augment.fft_filter import fast_length, samples_of, spectrum_of
from unheard.augment.level import rms
from unheard.augment.room_bank import RoomBank
from unheard.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Rooms(Transform):
    """Convolves each clip with a random response of the bank; the direct sound stays where it was.

    The clip gets back the rms that it had, so that rooms do not teach a level. What rings on after the end
    of the clip is cut.
    """

    name: ClassVar[str] = "rooms"
    bank: RoomBank

    def draw_values(self, info: BatchInfo, generator: torch.Generator) -> Params:
        if info.sample_rate != self.bank.sample_rate:
            raise UsageError(
                f"rooms: the clips have {info.sample_rate} Hz and the room bank {self.bank.sample_rate} Hz; "
                "make the bank at the rate of the clips."
            )
        return {"room": torch.randint(self.bank.num_rooms, (info.num_clips,), generator=generator)}

    def change(self, samples: Tensor, values: Params) -> Tensor:
        responses = self.bank.responses
        chosen = responses[values["room"].to(responses.device)].to(samples.device)
        reverberant = convolved(samples, chosen, self.bank.lead_samples)
        after = rms(reverberant)
        scale = torch.where(after > 0, rms(samples) / after, torch.ones_like(after))
        return reverberant * scale.unsqueeze(1)


def convolved(samples: Tensor, responses: Tensor, lead_samples: int) -> Tensor:
    """(batch, num_samples) of each row's linear convolution, from `lead_samples` on."""
    num_samples = samples.shape[1]
    num_fft = fast_length(num_samples + responses.shape[1] - 1)
    spectrum = spectrum_of(samples, num_fft) * spectrum_of(responses, num_fft)
    return samples_of(spectrum, num_fft, num_samples, lead_samples)
