"""The encoder of Whisper tiny, heard on a short window and pooled into one word.

Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision", 2023, section 2.2 and table 1.
Whisper pads to 30 s; its positions are fixed sinusoids, so that a shorter window takes the first of them, and
costs less.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from unheard.models.attentive_pool import AttentivePool
from unheard.models.network import Network

NUM_BINS = 80
MAX_POSITIONS = 1500  # 30 s, two frames each
CHANNELS, NUM_HEADS, NUM_BLOCKS = 384, 6, 4


def sinusoids(num_positions: int, channels: int) -> Tensor:
    """`(num_positions, channels)`: sines, then cosines, of wavelengths from 2 pi to 2 pi x 10 000."""
    half = channels // 2
    rate = torch.exp(-math.log(10_000.0) / (half - 1) * torch.arange(half, dtype=torch.float64))
    angle = torch.arange(num_positions, dtype=torch.float64)[:, None] * rate
    return torch.cat([angle.sin(), angle.cos()], dim=1).float()


class Stem(nn.Module):
    """`(batch, 80, num_frames)` to `(batch, num_frames / 2, channels)`: convolutions and positions."""

    positions: Tensor

    def __init__(self, num_positions: int, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(NUM_BINS, channels, 3, padding=1)
        self.conv2 = nn.Conv1d(channels, channels, 3, stride=2, padding=1)
        self.register_buffer("positions", sinusoids(num_positions, channels), persistent=False)

    def forward(self, features: Tensor) -> Tensor:
        maps = functional.gelu(self.conv2(functional.gelu(self.conv1(features))))
        return maps.transpose(1, 2) + self.positions


class Block(nn.Module):
    """Self-attention and a dense layer, each normalised before and added to what came in."""

    def __init__(self, channels: int, num_heads: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.attention_norm = nn.LayerNorm(channels)
        self.query_key_value = nn.Linear(channels, 3 * channels)
        self.attention_out = nn.Linear(channels, channels)
        self.dense_norm = nn.LayerNorm(channels)
        self.widen = nn.Linear(channels, 4 * channels)
        self.narrow = nn.Linear(4 * channels, channels)

    def forward(self, sequence: Tensor) -> Tensor:
        """`(batch, num_positions, channels)`, as is the result."""
        attended = sequence + self.attention_out(self._attend(self.attention_norm(sequence)))
        dense = self.narrow(functional.gelu(self.widen(self.dense_norm(attended))))
        total: Tensor = attended + dense
        return total

    def _attend(self, sequence: Tensor) -> Tensor:
        by_head = self.query_key_value(sequence).unflatten(2, (3, self.num_heads, -1))
        query, key, value = by_head.permute(2, 0, 3, 1, 4)
        return functional.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2)


class WhisperNetwork(Network):
    """The encoder, for networks that put something of their own on top of it."""

    def __init__(self, name: str, num_bins: int, num_frames: int) -> None:
        super().__init__()
        num_positions = num_frames // 2
        if num_bins != NUM_BINS or not 0 < num_positions <= MAX_POSITIONS:
            raise ValueError(
                f"{name} takes {NUM_BINS} bands and 2 to {2 * MAX_POSITIONS + 1} frames, "
                f"not {num_bins} bands and {num_frames} frames."
            )
        self.stem = Stem(num_positions, CHANNELS)
        self.blocks = nn.ModuleList(Block(CHANNELS, NUM_HEADS) for _ in range(NUM_BLOCKS))
        self.norm = nn.LayerNorm(CHANNELS)

    @property
    def stages(self) -> tuple[nn.Module, ...]:
        """Stem and blocks; the last block has the norm that follows it."""
        *lower, last = self.blocks
        return (self.stem, *lower, nn.ModuleList([last, self.norm]))

    def encode(self, features: Tensor) -> Tensor:
        """What the encoder answers to features: `(batch, num_frames // 2, 384)`."""
        even = features[:, :, : features.shape[2] // 2 * 2]
        sequence = self.stem(even)
        for block in self.blocks:
            sequence = block(sequence)
        encoded: Tensor = self.norm(sequence)
        return encoded


class WhisperTiny(WhisperNetwork):
    """`(batch, 80, num_frames)` features to `(batch, num_classes)` logits and an embedding of 192."""

    embedding_size = 192

    def __init__(self, num_bins: int, num_frames: int, num_classes: int, dropout: float = 0.2) -> None:
        super().__init__("whisper-tiny", num_bins, num_frames)
        self.pool = AttentivePool(CHANNELS)
        self.embed = nn.Sequential(
            nn.Linear(2 * CHANNELS, self.embedding_size), nn.BatchNorm1d(self.embedding_size), nn.ReLU()
        )
        self.dropout = nn.Dropout(dropout)
        self.classify = nn.Linear(self.embedding_size, num_classes)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        embedding = self.embed(self.pool(self.encode(features)))
        return self.classify(self.dropout(embedding)), embedding
