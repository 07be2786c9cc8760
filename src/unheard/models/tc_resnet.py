"""TC-ResNet: residual convolutions over time alone, with the coefficients as channels.

Choi et al.: "Temporal Convolution for Real-time Keyword Spotting on Mobile Devices", Interspeech 2019,
figure 2.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from unheard.models.network import Network

STEM_CHANNELS = 16
CHANNELS = {"8": (24, 32, 48), "14": (24, 24, 32, 32, 48, 48)}  # a block each
KERNEL_FRAMES = 9


def _convolution(inputs: int, outputs: int, kernel: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv1d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm1d(outputs)
    )


class TemporalBlock(nn.Module):
    """Two convolutions over time; where the channels change, it halves the frames."""

    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__()
        is_wider = inputs != channels
        self.convolve = nn.Sequential(
            _convolution(inputs, channels, KERNEL_FRAMES, 2 if is_wider else 1),
            nn.ReLU(),
            _convolution(channels, channels, KERNEL_FRAMES),
        )
        self.skip = (
            nn.Sequential(_convolution(inputs, channels, 1, 2), nn.ReLU()) if is_wider else nn.Identity()
        )

    def forward(self, sequence: Tensor) -> Tensor:
        """`(batch, inputs, num_frames)` to `(batch, channels, about half or all of num_frames)`."""
        return functional.relu(self.convolve(sequence) + self.skip(sequence))


class TcResNet(Network):
    """`(batch, num_bins, num_frames)` features to `(batch, num_classes)` logits and an embedding.

    The embedding has 48 x `width` values.
    """

    def __init__(
        self,
        num_bins: int,
        num_frames: int,
        num_classes: int,
        depth: str,
        width: float = 1.0,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        inputs = int(STEM_CHANNELS * width)
        layers: list[nn.Module] = [_convolution(num_bins, inputs, 3), nn.ReLU()]
        for block in CHANNELS[depth]:
            channels = int(block * width)
            layers.append(TemporalBlock(inputs, channels))
            inputs = channels
        self.embedding_size = inputs
        self.trunk = nn.Sequential(*layers)
        self.dropout = nn.Dropout(dropout)
        self.classify = nn.Linear(inputs, num_classes)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        embedding = torch.mean(self.trunk(features), dim=2)
        return self.classify(self.dropout(embedding)), embedding
