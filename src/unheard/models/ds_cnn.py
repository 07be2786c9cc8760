"""DS-CNN: one convolution over ten cosine coefficients, then depthwise separable ones, averaged.

Zhang, Suda, Lai, Chandra: "Hello Edge: Keyword Spotting on Microcontrollers", 2017, table 10.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from unheard.models.network import Network

FIRST_KERNEL = (4, 10)  # bins, frames


class Size(NamedTuple):
    """Channels of all layers, strides (bins, frames) of the first two, and separable layers."""

    channels: int
    first_stride: tuple[int, int]
    second_stride: tuple[int, int]
    num_separable: int


SIZES = {
    "s": Size(64, (2, 2), (1, 1), 4),
    "m": Size(172, (1, 2), (2, 2), 4),
    "l": Size(276, (1, 2), (2, 2), 5),
}


class SameConvolution(nn.Module):
    """A 2-D convolution with as many zeros around as leave ceil(size / stride) places, the odd one behind."""

    def __init__(
        self, inputs: int, outputs: int, kernel: tuple[int, int], stride: tuple[int, int], groups: int = 1
    ) -> None:
        super().__init__()
        self.kernel, self.stride = kernel, stride
        self.convolve = nn.Conv2d(inputs, outputs, kernel, stride, groups=groups, bias=False)

    def forward(self, maps: Tensor) -> Tensor:
        bins, frames = (
            max(0, (-(-size // stride) - 1) * stride + kernel - size)
            for size, stride, kernel in zip(maps.shape[2:], self.stride, self.kernel, strict=True)
        )
        padded = functional.pad(maps, (frames // 2, frames - frames // 2, bins // 2, bins - bins // 2))
        convolved: Tensor = self.convolve(padded)
        return convolved


def _separable(channels: int, stride: tuple[int, int]) -> nn.Sequential:
    return nn.Sequential(
        SameConvolution(channels, channels, (3, 3), stride, groups=channels),
        nn.BatchNorm2d(channels),
        nn.ReLU(),
        nn.Conv2d(channels, channels, 1, bias=False),
        nn.BatchNorm2d(channels),
        nn.ReLU(),
    )


class DsCnn(Network):
    """`(batch, num_bins, num_frames)` features to `(batch, num_classes)` logits and as many embedding
    values as there are channels."""

    def __init__(self, num_bins: int, num_frames: int, num_classes: int, size: str) -> None:
        super().__init__()
        channels, first_stride, second_stride, num_separable = SIZES[size]
        self.embedding_size = channels
        strides = [second_stride] + [(1, 1)] * (num_separable - 1)
        self.trunk = nn.Sequential(
            SameConvolution(1, channels, FIRST_KERNEL, first_stride),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            *(_separable(channels, stride) for stride in strides),
        )
        self.classify = nn.Linear(channels, num_classes)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        embedding = torch.mean(self.trunk(features.unsqueeze(1)), dim=(2, 3))
        return self.classify(embedding), embedding
