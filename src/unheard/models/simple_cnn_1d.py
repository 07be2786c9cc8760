"""Two convolutions over time with the bands as channels: the least that can work."""

from __future__ import annotations

from torch import Tensor, nn

from unheard.models.network import Network


class SimpleCnn1d(Network):
    """`(batch, num_bins, num_frames)` features to `(batch, num_classes)` logits and an embedding of 128.

    Bands are input channels and time is the axis of the convolution; flattening keeps both.
    """

    embedding_size = 128

    def __init__(self, num_bins: int, num_frames: int, num_classes: int, dropout: float = 0.5) -> None:
        super().__init__()
        if num_frames < 4:
            raise ValueError(f"simple-cnn-1d takes at least 4 frames, not {num_frames}.")
        self.convolve = nn.Sequential(
            nn.Conv1d(num_bins, 32, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool1d(2),
            nn.Conv1d(32, 64, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool1d(2),
            nn.Flatten(),
        )
        self.embed = nn.Sequential(nn.Linear(64 * (num_frames // 2 // 2), self.embedding_size), nn.ReLU())
        self.dropout = nn.Dropout(dropout)
        self.classify = nn.Linear(self.embedding_size, num_classes)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        embedding = self.embed(self.convolve(features))
        return self.classify(self.dropout(embedding)), embedding
