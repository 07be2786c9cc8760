"""BC-ResNet: 2-D residual network with features averaged over frequency and broadcast back.

Kim, Chang, Lee, Sung: "Broadcasted Residual Learning for Efficient Keyword Spotting", Interspeech 2021,
table 1.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from unheard.models.network import Network

NUM_SUB_BANDS = 5


class Stage(NamedTuple):
    """Blocks of one row of the paper's table; channels are those of BC-ResNet-1."""

    num_blocks: int
    channels: int
    frequency_stride: int
    dilation: int


STEM_CHANNELS = 16
STAGES = (Stage(2, 8, 1, 1), Stage(2, 12, 2, 2), Stage(4, 16, 2, 4), Stage(4, 20, 1, 8))
HEAD_CHANNELS = 32


class SubSpectralNorm(nn.Module):
    """Batch normalisation with statistics of its own for each of five bands of frequency."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels * NUM_SUB_BANDS)

    def forward(self, maps: Tensor) -> Tensor:
        """`(batch, channels, bins, frames)`; bins are a multiple of five."""
        batch, channels, bins, frames = maps.shape
        split = maps.reshape(batch, channels * NUM_SUB_BANDS, bins // NUM_SUB_BANDS, frames)
        joined: Tensor = self.norm(split).reshape(batch, channels, bins, frames)
        return joined


class BroadcastBlock(nn.Module):
    """A frequency-wise convolution in 2-D plus a temporal one on the average over frequency."""

    def __init__(
        self, inputs: int, channels: int, frequency_stride: int, dilation: int, dropout: float
    ) -> None:
        super().__init__()
        self.is_transition = inputs != channels
        self.widen = (
            nn.Sequential(nn.Conv2d(inputs, channels, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU())
            if self.is_transition
            else nn.Identity()
        )
        self.over_frequency = nn.Sequential(
            nn.Conv2d(channels, channels, (3, 1), (frequency_stride, 1), (1, 0), groups=channels, bias=False),
            SubSpectralNorm(channels),
        )
        self.over_time = nn.Sequential(
            nn.Conv1d(
                channels, channels, 3, padding=dilation, dilation=dilation, groups=channels, bias=False
            ),
            nn.BatchNorm1d(channels),
            nn.SiLU(),
            nn.Conv1d(channels, channels, 1, bias=False),
            nn.Dropout1d(dropout),
        )

    def forward(self, maps: Tensor) -> Tensor:
        local = self.over_frequency(self.widen(maps))
        broadcast = self.over_time(local.mean(dim=2)).unsqueeze(2)
        total = local + broadcast if self.is_transition else maps + local + broadcast
        return functional.relu(total)


class BcResNet(Network):
    """`(batch, 40, num_frames)` features to `(batch, num_classes)` logits and 32 x `width` embedding."""

    def __init__(
        self, num_bins: int, num_frames: int, num_classes: int, width: float, dropout: float = 0.1
    ) -> None:
        super().__init__()
        if num_bins % (8 * NUM_SUB_BANDS) != 0:
            raise ValueError(f"BC-ResNet takes a multiple of 40 bands, not {num_bins}.")
        inputs = int(STEM_CHANNELS * width)
        layers: list[nn.Module] = [
            nn.Conv2d(1, inputs, 5, (2, 1), 2, bias=False),
            nn.BatchNorm2d(inputs),
            nn.ReLU(),
        ]
        for stage in STAGES:
            channels = int(stage.channels * width)
            for index in range(stage.num_blocks):
                stride = stage.frequency_stride if index == 0 else 1
                layers.append(BroadcastBlock(inputs, channels, stride, stage.dilation, dropout))
                inputs = channels
        self.embedding_size = int(HEAD_CHANNELS * width)
        layers += [
            nn.Conv2d(inputs, inputs, 5, padding=(0, 2), groups=inputs, bias=False),
            nn.Conv2d(inputs, self.embedding_size, 1, bias=False),
            nn.BatchNorm2d(self.embedding_size),
            nn.ReLU(),
        ]
        self.trunk = nn.Sequential(*layers)
        self.classify = nn.Linear(self.embedding_size, num_classes)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        embedding = torch.mean(self.trunk(features.unsqueeze(1)), dim=(2, 3))
        return self.classify(embedding), embedding
