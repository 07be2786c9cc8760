"""Clips after transforms of the room `augment`, with the draws of a NumPy generator."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from unheard.augment.base import CPU_PIECE_CLIPS, Transform
from unheard.augment.chain import Chain
from unheard.augment.conditions import BATCH, apply_to_batch
from unheard.diagnose.stressors.stressor import Clips


def changed(clips: Clips, sample_rate: int, generator: np.random.Generator, *transforms: Transform) -> Clips:
    """All clips after the transforms, in this order.

    Options may differ from call to call; as long as the kinds of transforms are the same, so are the draws of
    an equal generator.
    """
    source = torch.Generator().manual_seed(int(generator.integers(2**62)))
    chain, samples = Chain(transforms), torch.from_numpy(clips)
    pieces = [apply_to_batch(piece, chain, sample_rate, source) for piece in in_pieces(samples, BATCH)]
    return np.asarray(torch.cat(pieces).numpy(), dtype=np.float32)


def in_pieces(samples: torch.Tensor, num_clips: int = CPU_PIECE_CLIPS) -> Iterator[torch.Tensor]:
    """Some clips at a time: large temporary tensors are slow on the CPU."""
    return (samples[first : first + num_clips] for first in range(0, len(samples), num_clips))
