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
    """Channels of the three stem layers and of the trunk, number of blocks, and channels of the embedding.

    `widening`: how many times wider the inside of a block is; 0 mixes channels by one matrix instead of two.
    `embedding` 0 takes the pooled trunk itself.
    """

    stem: tuple[int, int, int]
    trunk: int
    num_blocks: int
    embedding: int
    widening: int = 2
    is_gated: bool = True


SIZES = {
    "nano": Size((8, 12, 16), 24, 4, 0, widening=0, is_gated=False),
    "small": Size((16, 32, 32), 64, 5, 48, widening=0, is_gated=False),
    "base": Size((16, 32, 48), 88, 6, 96),
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


def _mixing(channels: int, inside: int) -> list[nn.Module]:
    """The first of two matrices over the channels; nothing where there is but one."""
    if inside == 0:
        return []
    return [nn.Conv2d(channels, inside, 1, bias=False), nn.BatchNorm2d(inside), nn.ReLU()]


def _gate(channels: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(channels, channels // 4), nn.ReLU(), nn.Linear(channels // 4, channels), nn.Sigmoid()
    )


class SeparableBlock(nn.Module):
    """Residual: a depthwise convolution over time, a mix of channels, and a gate from the clip's average."""

    def __init__(self, size: Size, dilation: int, dropout: float) -> None:
        super().__init__()
        channels = size.trunk
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
            *_mixing(channels, size.widening * channels),
            nn.Conv2d(size.widening * channels or channels, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.gate = _gate(channels) if size.is_gated else None
        self.dropout = nn.Dropout2d(dropout)

    def forward(self, sequence: Tensor) -> Tensor:
        """`(batch, channels, 1, num_frames)`, as is the result."""
        mixed = self.mix(sequence)
        if self.gate is not None:
            mixed = mixed * self.gate(mixed.mean(dim=(2, 3)))[:, :, None, None]
        return functional.relu(sequence + self.dropout(mixed))


def _embed(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), nn.ReLU())


class Lean(Network):
    """`(batch, num_bins, num_frames)` features to `(batch, num_classes)` logits and an embedding.

    With `num_maps`, the bins are so many maps of the same bands, one above the other.
    The trunk is one-dimensional but kept as maps of height 1: in channels-last layout, 2-D convolutions are
    matrix products without a copy, and 1-D ones have no such layout in torch.
    """

    def __init__(
        self,
        num_bins: int,
        num_frames: int,
        num_classes: int,
        size: str,
        dropout: float = 0.1,
        num_maps: int = 1,
    ) -> None:
        super().__init__()
        chosen = SIZES[size]
        (first, second, third), trunk = chosen.stem, chosen.trunk
        self.num_maps = num_maps
        self.embedding_size = chosen.embedding or 2 * trunk
        self.stem = nn.Sequential(
            stem_layer(num_maps, first, (2, 1), 5),
            stem_layer(first, second, (2, 2), 3),
            stem_layer(second, third, (2, 1), 3),
        )
        bins = -(-num_bins // num_maps // 8)
        self.fold = nn.Sequential(
            nn.Conv2d(third, trunk, (bins, 1), bias=False), nn.BatchNorm2d(trunk), nn.ReLU()
        )
        self.trunk = nn.Sequential(
            *(SeparableBlock(chosen, 1 + index % 2, dropout) for index in range(chosen.num_blocks))
        )
        self.embed = _embed(2 * trunk, self.embedding_size) if chosen.embedding else nn.Identity()
        self.dropout = nn.Dropout(dropout)
        self.classify = nn.Linear(self.embedding_size, num_classes)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        batch, rows, num_frames = features.shape
        maps = features.reshape(batch, self.num_maps, rows // self.num_maps, num_frames)
        sequence = self.trunk(self.fold(self.stem(maps)))
        mean = sequence.mean(dim=(2, 3))
        distance = sequence - mean[:, :, None, None]
        deviation = (distance.square().mean(dim=(2, 3)) + 1e-5).sqrt()
        embedding = self.embed(torch.cat([mean, deviation], dim=1))
        return self.classify(self.dropout(embedding)), embedding
