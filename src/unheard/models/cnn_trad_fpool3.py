"""cnn-trad-fpool3: two large convolutions, pooled over frequency alone, and a low-rank dense layer.

Sainath, Parada: "Convolutional Neural Networks for Small-footprint Keyword Spotting", Interspeech 2015,
table 1.
"""

from __future__ import annotations

from torch import Tensor, nn

from unheard.models.network import Network

NUM_MAPS = 64
FIRST_KERNEL, SECOND_KERNEL = (8, 20), (4, 10)  # bins, frames
POOLED_BINS = 3
LINEAR_SIZE = 32


class CnnTradFpool3(Network):
    """`(batch, num_bins, num_frames)` features to `(batch, num_classes)` logits and an embedding of 128.

    The paper hears 32 frames; with the 49 of one second (20 ms apart) the linear layer grows.
    """

    embedding_size = 128

    def __init__(self, num_bins: int, num_frames: int, num_classes: int, dropout: float = 0.5) -> None:
        super().__init__()
        bins = (num_bins - FIRST_KERNEL[0] + 1) // POOLED_BINS - SECOND_KERNEL[0] + 1
        frames = num_frames - FIRST_KERNEL[1] - SECOND_KERNEL[1] + 2
        if bins < 1 or frames < 1:
            raise ValueError(
                f"cnn-trad-fpool3 takes at least 19 bands and 29 frames, "
                f"not {num_bins} bands and {num_frames} frames."
            )
        self.convolve = nn.Sequential(
            nn.Conv2d(1, NUM_MAPS, FIRST_KERNEL),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.MaxPool2d((POOLED_BINS, 1)),
            nn.Conv2d(NUM_MAPS, NUM_MAPS, SECOND_KERNEL),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Flatten(),
        )
        self.embed = nn.Sequential(
            nn.Linear(NUM_MAPS * bins * frames, LINEAR_SIZE, bias=False),
            nn.Linear(LINEAR_SIZE, self.embedding_size),
            nn.ReLU(),
        )
        self.classify = nn.Linear(self.embedding_size, num_classes)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        embedding = self.embed(self.convolve(features.unsqueeze(1)))
        return self.classify(embedding), embedding
