"""Batches and banks that the tests of all transforms share."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from unheard.augment.base import BatchInfo
from unheard.augment.noise_bank import NoiseBank
from unheard.augment.room_bank import RoomBank

SAMPLE_RATE = 16000


@pytest.fixture
def generator() -> torch.Generator:
    return torch.Generator().manual_seed(20)


@pytest.fixture
def clips(generator: torch.Generator) -> Tensor:
    """(6, 16000): bursts of noise of several levels in near silence, as words are."""
    burst = torch.zeros(16000)
    burst[4000:11000] = torch.hann_window(7000)
    level = torch.tensor([1.0, 0.3, 0.1, 0.03, 0.5, 0.2]).unsqueeze(1)
    return 0.2 * level * torch.randn(6, 16000, generator=generator) * (burst + 0.001)


@pytest.fixture
def info(clips: Tensor) -> BatchInfo:
    return BatchInfo(len(clips), clips.shape[1], SAMPLE_RATE)


@pytest.fixture
def noise_bank() -> NoiseBank:
    random = np.random.default_rng(1)
    return NoiseBank.from_recordings([0.1 * random.normal(size=size) for size in (40000, 9000, 16000, 70000)])


@pytest.fixture
def room_bank() -> RoomBank:
    random = np.random.default_rng(2)
    time = np.arange(6000)
    responses = [random.normal(size=6000) * np.exp(-time / decay) for decay in (300.0, 900.0, 2000.0)]
    return RoomBank.from_responses([np.concatenate([[8.0], one]) for one in responses], SAMPLE_RATE)
