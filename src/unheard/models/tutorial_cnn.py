"""The small 2-D network of a well-known tutorial on spoken commands: about 214 k parameters."""

from __future__ import annotations

from torch import Tensor, nn

from unheard.models.network import Network


class TutorialCnn(Network):
    """`(batch, num_bins, num_frames)` features to `(batch, num_classes)` logits and an embedding of 128."""

    embedding_size = 128

    def __init__(self, num_bins: int, num_frames: int, num_classes: int) -> None:
        super().__init__()
        self.convolve = nn.Sequential(
            nn.Conv2d(1, 32, (8, 20)),
            nn.BatchNorm2d(32),
            nn.MaxPool2d(2),
            nn.ReLU(),
            nn.Conv2d(32, 8, (4, 10)),
            nn.BatchNorm2d(8),
            nn.MaxPool2d(2),
            nn.ReLU(),
            nn.Flatten(),
        )
        bins = ((num_bins - 7) // 2 - 3) // 2
        frames = ((num_frames - 19) // 2 - 9) // 2
        if bins < 1 or frames < 1:
            raise ValueError(
                f"tutorial-cnn takes at least 17 bands and 41 frames, "
                f"not {num_bins} bands and {num_frames} frames."
            )
        self.embed = nn.Sequential(
            nn.Linear(8 * bins * frames, self.embedding_size), nn.BatchNorm1d(self.embedding_size), nn.ReLU()
        )
        self.classify = nn.Linear(self.embedding_size, num_classes)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        embedding = self.embed(self.convolve(features.unsqueeze(1)))
        return self.classify(embedding), embedding
