"""lean: a dense, strided 2-D stem and a separable 1-D trunk, laid out for the caches of a real CPU.

Networks designed to need few multiplications spend their time on depthwise 2-D maps, which move much memory
for little arithmetic. Here frequency is folded away by three dense strided convolutions (a matrix product
each); what is left is a short sequence of wide vectors, on which temporal context is cheap. Pooled by mean
and deviation over time.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from unheard.models.network import Network


class Size(NamedTuple):
    """Channels of the three stem layers, of the trunk, and of the embedding."""

    stem: tuple[int, int, int]
    trunk: int
    num_blocks: int
    embedding: int


SIZES = {
    "s": Size((16, 24, 32), 64, 4, 64),
    "m": Size((16, 32, 48), 112, 6, 96),
    "l": Size((24, 48, 96), 192, 6, 128),
}
KERNEL_FRAMES = 9


def stem_layer(inputs: int, outputs: int, stride: tuple[int, int], kernel: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


class SeparableBlock(nn.Module):
    """Residual: a depthwise convolution over time, a mix of channels, and a gate from the clip's average."""

    def __init__(self, channels: int, dilation: int, dropout: float) -> None:
        super().__init__()
        reach = dilation * (KERNEL_FRAMES // 2)
        self.mix = nn.Sequential(
            nn.Conv2d(
                channels,
                channels,
                (1, KERNEL_FRAMES),
                padding=(0, reach),
                dilation=(1, dilation),
                groups=channels,
                bias=False,
            ),
            nn.BatchNorm2d(channels),
            nn.Conv2d(channels, 2 * channels, 1, bias=False),
            nn.BatchNorm2d(2 * channels),
            nn.ReLU(),
            nn.Conv2d(2 * channels, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.gate = nn.Sequential(
            nn.Linear(channels, channels // 4), nn.ReLU(), nn.Linear(channels // 4, channels), nn.Sigmoid()
        )
        self.dropout = nn.Dropout2d(dropout)

    def forward(self, sequence: Tensor) -> Tensor:
        """`(batch, channels, 1, num_frames)`, as is the result."""
        mixed = self.mix(sequence)
        mixed = mixed * self.gate(mixed.mean(dim=(2, 3)))[:, :, None, None]
        return functional.relu(sequence + self.dropout(mixed))


class Lean(Network):
    """`(batch, num_bins, num_frames)` features to `(batch, num_classes)` logits and an embedding.

    The trunk is one-dimensional but kept as maps of height 1: in channels-last layout, 2-D convolutions are
    matrix products without a copy, and 1-D ones have no such layout in torch.
    """

    def __init__(
        self, num_bins: int, num_frames: int, num_classes: int, size: str, dropout: float = 0.1
    ) -> None:
        super().__init__()
        first, second, third = SIZES[size].stem
        trunk = SIZES[size].trunk
        self.embedding_size = SIZES[size].embedding
        self.stem = nn.Sequential(
            stem_layer(1, first, (2, 1), 5),
            stem_layer(first, second, (2, 2), 3),
            stem_layer(second, third, (2, 1), 3),
        )
        bins = -(-num_bins // 8)
        self.fold = nn.Sequential(
            nn.Conv2d(third, trunk, (bins, 1), bias=False), nn.BatchNorm2d(trunk), nn.ReLU()
        )
        self.trunk = nn.Sequential(
            *(SeparableBlock(trunk, 1 + index % 2, dropout) for index in range(SIZES[size].num_blocks))
        )
        self.embed = nn.Sequential(
            nn.Linear(2 * trunk, self.embedding_size), nn.BatchNorm1d(self.embedding_size), nn.ReLU()
        )
        self.dropout = nn.Dropout(dropout)
        self.classify = nn.Linear(self.embedding_size, num_classes)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        sequence = self.trunk(self.fold(self.stem(features.unsqueeze(1))))
        mean = sequence.mean(dim=(2, 3))
        distance = sequence - mean[:, :, None, None]
        deviation = (distance.square().mean(dim=(2, 3)) + 1e-5).sqrt()
        embedding = self.embed(torch.cat([mean, deviation], dim=1))
        return self.classify(self.dropout(embedding)), embedding
