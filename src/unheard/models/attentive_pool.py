"""Mean and deviation over time with learned weights, which begin alike.

Okabe, Koshinaka & Shinoda, "Attentive Statistics Pooling for Deep Speaker Embedding", 2018; weights by one
linear layer.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class AttentivePool(nn.Module):
    """`(batch, num_positions, channels)` to weighted mean and deviation over time, `(batch, 2 channels)`."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.score = nn.Linear(channels, 1, bias=False)
        nn.init.zeros_(self.score.weight)

    def forward(self, sequence: Tensor) -> Tensor:
        weight = self.score(sequence).float().softmax(dim=1)
        mean = (weight * sequence).sum(dim=1)
        variance = (weight * (sequence - mean[:, None]).square()).sum(dim=1)
        return torch.cat([mean, (variance + 1e-5).sqrt()], dim=1)
