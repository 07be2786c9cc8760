"""The call that all architectures answer."""

from __future__ import annotations

from torch import Tensor, nn


class Network(nn.Module):
    """Features in, logits and embedding out."""

    embedding_size: int

    @property
    def stages(self) -> tuple[nn.Module, ...]:
        """What of it can be pretrained, from the sound upwards; the rest is the head."""
        return ()

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """`(batch, num_bins, num_frames)` to logits `(batch, num_classes)` and embedding `(batch, size)`."""
        raise NotImplementedError

    def __call__(self, features: Tensor) -> tuple[Tensor, Tensor]:
        logits, embedding = super().__call__(features)
        return logits, embedding
