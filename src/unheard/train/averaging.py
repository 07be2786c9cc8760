"""Weights averaged over the steps of a training: often better than the last ones, at no cost at run time.

Polyak & Juditsky 1992; the exponential form as in Tarvainen & Valpola 2017.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from lightning.pytorch.callbacks import WeightAveraging
from torch import Tensor

Average = Callable[[Tensor, Tensor, Tensor | int], Tensor]


def moving_average(decay: float) -> Average:
    """decay * average + (1 - decay) * newest, so computed that what never changes stays as it is.

    The front end's window and filters are buffers, so they are averaged too; they must not drift. Counters
    are the newest.
    """

    def average(before: Tensor, newest: Tensor, num_averaged: Tensor | int) -> Tensor:
        return torch.lerp(before, newest, 1 - decay) if before.is_floating_point() else newest

    return average


def averaging(decay: float) -> WeightAveraging:
    """A callback that averages after every step; the average is what is validated and stored."""
    return WeightAveraging(avg_fn=moving_average(decay))
