"""MatchboxNet: residual blocks of separable convolutions over time, with long kernels.

Majumdar, Ginsburg: "MatchboxNet: 1D Time-Channel Separable Convolutional Neural Network Architecture for
Speech Commands Recognition", Interspeech 2020, table 1.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from unheard.models.network import Network

PROLOGUE_CHANNELS, PROLOGUE_KERNEL = 128, 11
BLOCK_KERNELS = (13, 15, 17)
EPILOGUE_CHANNELS, EPILOGUE_KERNEL, EPILOGUE_DILATION = 128, 29, 2
BLOCK_CHANNELS = 64


def _separable(inputs: int, outputs: int, kernel: int, dilation: int = 1) -> nn.Sequential:
    reach = dilation * (kernel // 2)
    return nn.Sequential(
        nn.Conv1d(inputs, inputs, kernel, padding=reach, dilation=dilation, groups=inputs, bias=False),
        nn.Conv1d(inputs, outputs, 1, bias=False),
        nn.BatchNorm1d(outputs),
    )


class SeparableBlock(nn.Module):
    """`repeat` separable convolutions over time, and a mix of channels beside them."""

    def __init__(self, inputs: int, channels: int, kernel: int, repeat: int, dropout: float) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for index in range(repeat):
            layers.append(_separable(inputs if index == 0 else channels, channels, kernel))
            if index < repeat - 1:
                layers += [nn.ReLU(), nn.Dropout(dropout)]
        self.convolve = nn.Sequential(*layers)
        self.skip = nn.Sequential(nn.Conv1d(inputs, channels, 1, bias=False), nn.BatchNorm1d(channels))
        self.dropout = nn.Dropout(dropout)

    def forward(self, sequence: Tensor) -> Tensor:
        """`(batch, inputs, num_frames)` to `(batch, channels, num_frames)`."""
        joined: Tensor = self.dropout(functional.relu(self.convolve(sequence) + self.skip(sequence)))
        return joined


class MatchboxNet(Network):
    """`(batch, num_bins, num_frames)` features to `(batch, num_classes)` logits and an embedding of 128."""

    embedding_size = EPILOGUE_CHANNELS

    def __init__(
        self, num_bins: int, num_frames: int, num_classes: int, repeat: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = [_separable(num_bins, PROLOGUE_CHANNELS, PROLOGUE_KERNEL), nn.ReLU()]
        inputs = PROLOGUE_CHANNELS
        for kernel in BLOCK_KERNELS:
            layers.append(SeparableBlock(inputs, BLOCK_CHANNELS, kernel, repeat, dropout))
            inputs = BLOCK_CHANNELS
        layers += [
            _separable(inputs, EPILOGUE_CHANNELS, EPILOGUE_KERNEL, EPILOGUE_DILATION),
            nn.ReLU(),
            nn.Conv1d(EPILOGUE_CHANNELS, EPILOGUE_CHANNELS, 1, bias=False),
            nn.BatchNorm1d(EPILOGUE_CHANNELS),
            nn.ReLU(),
        ]
        self.trunk = nn.Sequential(*layers)
        self.classify = nn.Linear(self.embedding_size, num_classes)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        embedding = torch.mean(self.trunk(features), dim=2)
        return self.classify(embedding), embedding
