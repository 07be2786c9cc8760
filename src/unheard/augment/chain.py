"""Transforms one after the other, drawn together and applied in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from unheard.augment.base import BatchInfo, Params, Transform
from unheard.errors import UsageError


@dataclass(frozen=True)
class Chain:
    """A tuple of transforms; the first is applied first."""

    transforms: tuple[Transform, ...] = ()

    def draw(self, info: BatchInfo, generator: torch.Generator) -> list[Params]:
        """One draw a transform, in order. The same seed gives the same draws."""
        return [transform.draw(info, generator) for transform in self.transforms]

    def apply(self, samples: Tensor, draws: Sequence[Params]) -> Tensor:
        """The clips after all transforms; `draws` comes from `draw` or was saved and read back."""
        if len(draws) != len(self.transforms):
            raise UsageError(
                f"The chain has {len(self.transforms)} transforms and got {len(draws)} draws; "
                "it replays only draws of the same chain."
            )
        for transform, params in zip(self.transforms, draws, strict=True):
            samples = transform.apply(samples, params)
        return samples

    def __call__(
        self, samples: Tensor, sample_rate: int, generator: torch.Generator, labels: Tensor | None = None
    ) -> Tensor:
        """Draws for this batch and applies at once."""
        info = BatchInfo(samples.shape[0], samples.shape[-1], sample_rate, labels)
        return self.apply(samples, self.draw(info, generator))
