"""Holes in the features: bands and moments that the model must do without.

Park et al. 2019, "SpecAugment", without time warping.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from unheard.augment.base import BatchInfo, Params, Transform
from unheard.augment.draws import check_not_negative, uniform
from unheard.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class SpecAugment(Transform):
    """Fills bands of bins and spans of frames with the mean of the clip's features.

    A width is uniform from nothing to `max_bins` (`max_frames`), both included, but no mask covers more than
    `max_share` of its axis; masks may overlap.
    """

    name: ClassVar[str] = "spec_augment"
    num_dims: ClassVar[int | None] = 3
    num_bin_masks: int = 2
    max_bins: int = 5
    num_frame_masks: int = 2
    max_frames: int = 20
    max_share: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        for option in ("num_bin_masks", "max_bins", "num_frame_masks", "max_frames"):
            check_not_negative(self.name, option, getattr(self, option))
        if not 0 <= self.max_share <= 1:
            raise UsageError(f"spec_augment: max_share is {self.max_share}; a share lies between 0 and 1.")

    def draw_values(self, info: BatchInfo, generator: torch.Generator) -> Params:
        """Widths and starts as shares of what is possible, so that a draw fits features of any size."""
        return {
            "bin_width_share": uniform(info, generator, 0, 1, self.num_bin_masks),
            "bin_start_share": uniform(info, generator, 0, 1, self.num_bin_masks),
            "frame_width_share": uniform(info, generator, 0, 1, self.num_frame_masks),
            "frame_start_share": uniform(info, generator, 0, 1, self.num_frame_masks),
        }

    def change(self, samples: Tensor, values: Params) -> Tensor:
        _, num_bins, num_frames = samples.shape
        bins = spans(
            values["bin_width_share"],
            values["bin_start_share"],
            self._most(self.max_bins, num_bins),
            num_bins,
        )
        frames = spans(
            values["frame_width_share"],
            values["frame_start_share"],
            self._most(self.max_frames, num_frames),
            num_frames,
        )
        hidden = bins.any(1).unsqueeze(2) | frames.any(1).unsqueeze(1)
        return torch.where(hidden, samples.mean((1, 2), keepdim=True), samples)

    def _most(self, count: int, size: int) -> int:
        return min(count, int(self.max_share * size))


def spans(width_share: Tensor, start_share: Tensor, most: int, size: int) -> Tensor:
    """(batch, num_spans, size) bool: positions of spans of at most `most`, by shares (batch, num_spans)."""
    width = (width_share * (most + 1)).long().clamp(max=most).unsqueeze(2)
    start = (start_share.unsqueeze(2) * (size - width + 1)).long()
    position = torch.arange(size, device=width_share.device)
    return (position >= start) & (position < start + width)
