"""Ranges and the draws from them, shared by the transforms."""

from __future__ import annotations

import torch
from torch import Tensor

from unheard.augment.base import BatchInfo
from unheard.errors import UsageError


def check_range(owner: str, unit_name: str, low: float, high: float) -> None:
    """Refuses a range whose ends are swapped; `unit_name` is the option's name without min_ or max_."""
    if low > high:
        raise UsageError(
            f"{owner}: min_{unit_name} is {low} and max_{unit_name} is {high}; the smaller one comes first."
        )


def check_positive(owner: str, option: str, value: float) -> None:
    """Refuses zero and everything below."""
    if value <= 0:
        raise UsageError(f"{owner}: {option} is {value}; it must be above 0.")


def check_not_negative(owner: str, option: str, value: float) -> None:
    """Refuses everything below zero."""
    if value < 0:
        raise UsageError(f"{owner}: {option} is {value}; it must be 0 or more.")


def uniform(info: BatchInfo, generator: torch.Generator, low: float, high: float, *shape: int) -> Tensor:
    """(num_clips, *shape) float32, uniform from `low` up to `high`."""
    return low + (high - low) * torch.rand(info.num_clips, *shape, generator=generator)


def log_uniform(info: BatchInfo, generator: torch.Generator, low: float, high: float) -> Tensor:
    """(num_clips,) float32 whose logarithm is uniform: each octave is equally likely."""
    return low * (high / low) ** torch.rand(info.num_clips, generator=generator)


def whole_numbers(info: BatchInfo, generator: torch.Generator, low: int, high: int, *shape: int) -> Tensor:
    """(num_clips, *shape) int64, each of `low` to `high` equally likely, both ends included."""
    return torch.randint(low, high + 1, (info.num_clips, *shape), generator=generator)


def sample_rate_of(info: BatchInfo) -> Tensor:
    """The sample rate as a value without rows, for transforms that think in Hz or seconds."""
    return torch.tensor(info.sample_rate)
