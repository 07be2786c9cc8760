"""Words as directions: Whisper's encoder, pooled where it is loud, turned so that voices do not matter.

Few clips can't teach a network what to hear, but say in which direction a word lies, once the space is such
that all clips of a word lie near each other. `turn` makes it so: it divides by the scatter within words
(whitening within classes, as for voices in Hatch, Kajarekar & Stolcke 2006), which any words can tell.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from unheard.models.whisper import CHANNELS, WhisperNetwork

LOGIT_SCALE = 20.0  # between cosine and logit
_BELOW_LOUDEST, _STEEPNESS = 0.5, 10.0  # in units of the features, 40 dB


def loud_weights(features: Tensor) -> Tensor:
    """`(batch, num_frames // 2)`: weights over pairs of frames that sum to 1; half of it 20 dB below the
    loudest, in the mean over bands."""
    level = features.mean(dim=1)
    even = features.shape[2] // 2 * 2
    pairs = (level[:, 0:even:2] + level[:, 1:even:2]) / 2
    above = pairs - pairs.amax(dim=1, keepdim=True) + _BELOW_LOUDEST
    weight: Tensor = (above * _STEEPNESS).sigmoid()
    return weight / weight.sum(dim=1, keepdim=True)


class WordSpace(WhisperNetwork):
    """`(batch, 80, num_frames)` features to logits `(batch, num_classes)` and a direction, 768 of length 1.

    Logits are cosines to the rows of `classify`, times 20, where these have length 1.
    """

    embedding_size = 2 * CHANNELS

    def __init__(self, num_bins: int, num_frames: int, num_classes: int) -> None:
        super().__init__("word-space", num_bins, num_frames)
        self.turn = nn.Linear(self.embedding_size, self.embedding_size)
        self.classify = nn.Linear(self.embedding_size, num_classes)

    def pooled(self, features: Tensor) -> Tensor:
        """Mean and deviation of what the encoder answers where it is loud: `(batch, 768)`."""
        weight = loud_weights(features)[:, :, None]
        sequence = self.encode(features).float()
        mean = (weight * sequence).sum(dim=1)
        variance = (weight * (sequence - mean[:, None]).square()).sum(dim=1)
        return torch.cat([mean, (variance + 1e-6).sqrt()], dim=1)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        embedding = functional.normalize(self.turn(self.pooled(features)), dim=1)
        return LOGIT_SCALE * self.classify(embedding), embedding
