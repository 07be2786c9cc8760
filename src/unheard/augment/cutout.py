"""Rectangular holes in the features: a piece of a band for a moment, that the model must do without.

DeVries, Taylor: "Improved Regularization of Convolutional Neural Networks with Cutout", 2017, of sizes that
are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from unheard.augment.base import BatchInfo, Params, Transform
from unheard.augment.draws import check_not_negative, uniform
from unheard.augment.spec_augment import spans


@dataclass(frozen=True, kw_only=True)
class Cutout(Transform):
    """Fills rectangles with the mean of the clip's features.

    A side is uniform from nothing to `max_bins` (`max_frames`), both included, or all of its axis where that
    is less; rectangles may overlap.
    """

    name: ClassVar[str] = "cutout"
    num_dims: ClassVar[int | None] = 3
    num_holes: int = 5
    max_bins: int = 15
    max_frames: int = 25

    def __post_init__(self) -> None:
        super().__post_init__()
        for option in ("num_holes", "max_bins", "max_frames"):
            check_not_negative(self.name, option, getattr(self, option))

    def draw_values(self, info: BatchInfo, generator: torch.Generator) -> Params:
        """Sides and starts as shares of what is possible, so that a draw fits features of any size."""
        names = ("bin_width_share", "bin_start_share", "frame_width_share", "frame_start_share")
        return {name: uniform(info, generator, 0, 1, self.num_holes) for name in names}

    def change(self, samples: Tensor, values: Params) -> Tensor:
        _, num_bins, num_frames = samples.shape
        most_bins, most_frames = min(self.max_bins, num_bins), min(self.max_frames, num_frames)
        bins = spans(values["bin_width_share"], values["bin_start_share"], most_bins, num_bins)
        frames = spans(values["frame_width_share"], values["frame_start_share"], most_frames, num_frames)
        hidden = (bins.unsqueeze(3) & frames.unsqueeze(2)).any(1)
        return torch.where(hidden, samples.mean((1, 2), keepdim=True), samples)
