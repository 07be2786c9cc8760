"""Pseudo-words: the beginning of one word with the end of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from unheard.augment.base import BatchInfo, Params, Transform
from unheard.augment.draws import check_range, sample_rate_of, uniform
from unheard.augment.level import active_frames, frame_rms, speech_level
from unheard.augment.time_shift import shifted
from unheard.errors import UsageError

CROSS_FADE_S = 0.01
MAX_LEVEL_CHANGE = 10.0


@dataclass(frozen=True, kw_only=True)
class Splice(Transform):
    """Replaces the later part of the spoken part of a clip by that of another clip of the batch.

    Both are cut at the same drawn share of their spoken part (from the first to the last 20 ms frame within
    25 dB of the loudest) and joined with a cross-fade of 10 ms, the second part at the speech level of the
    first. The result no longer is the word of its label. Where `BatchInfo.labels` is given, the other clip
    has another label (two parts of one word make that word again); a clip that finds none is left alone.
    Put it before noise: where the other clip ends too early, zeros follow.
    """

    name: ClassVar[str] = "splice"
    mixes_clips: ClassVar[bool] = True
    changes_word: ClassVar[bool] = True
    min_cut_share: float = 0.35
    max_cut_share: float = 0.65

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range(self.name, "cut_share", self.min_cut_share, self.max_cut_share)
        if self.min_cut_share < 0 or self.max_cut_share > 1:
            raise UsageError("splice: min_cut_share and max_cut_share lie between 0 and 1.")

    def draw_values(self, info: BatchInfo, generator: torch.Generator) -> Params:
        weight = torch.rand(info.num_clips, info.num_clips, generator=generator)
        alike = torch.eye(info.num_clips, dtype=torch.bool)
        if info.labels is not None:
            labels = info.labels.cpu()
            alike = labels.unsqueeze(1) == labels
        weight[alike] = -1.0
        best, partner = weight.max(1)
        cut_share = uniform(info, generator, self.min_cut_share, self.max_cut_share)
        return {
            "partner": partner,
            "cut_share": cut_share,
            "possible": best >= 0,
            "sample_rate": sample_rate_of(info),
        }

    def change(self, samples: Tensor, values: Params) -> Tensor:
        sample_rate = int(values["sample_rate"])
        partner = values["partner_samples"]
        cut = _cut(samples, values["cut_share"], sample_rate)
        moved = shifted(partner, cut - _cut(partner, values["cut_share"], sample_rate))
        level = speech_level(samples, sample_rate) / speech_level(partner, sample_rate).clamp(min=1e-9)
        moved = moved * level.clamp(1 / MAX_LEVEL_CHANGE, MAX_LEVEL_CHANGE).unsqueeze(1)
        time = torch.arange(samples.shape[1], device=samples.device) - cut.unsqueeze(1)
        share = (time / (CROSS_FADE_S * sample_rate) + 0.5).clamp(0, 1)
        return torch.lerp(samples, moved, share)


def _cut(samples: Tensor, cut_share: Tensor, sample_rate: int) -> Tensor:
    """(batch,) int64 sample at `cut_share` of the spoken part."""
    active = active_frames(frame_rms(samples, sample_rate)).int()
    num_frames = active.shape[1]
    first = active.argmax(1)
    end = num_frames - active.flip(1).argmax(1)
    return ((first + (end - first) * cut_share) * (samples.shape[1] / num_frames)).long()
