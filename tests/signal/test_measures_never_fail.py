"""Every measure takes every sound: no error, no warning, nothing that is not finite."""

from __future__ import annotations

import importlib
import math
from collections.abc import Iterator
from dataclasses import astuple
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.signal.sound import Sound
from unheard.signal.voice_activity import num_hops

NAMES = ("pauses", "noise_ratio", "reverberation", "bandwidth")


def strange_samples(size: int) -> Iterator[NDArray[np.float64]]:
    yield np.zeros(size)
    yield np.full(size, 0.5)
    yield np.full(size, -1.0)
    yield np.random.default_rng(0).standard_normal(size) * 1e-7
    yield np.random.default_rng(0).uniform(-1, 1, size)
    yield np.sin(np.arange(size))
    yield np.eye(1, size, size // 2)[0]


def speeches(num: int) -> Iterator[NDArray[np.float32] | None]:
    yield None
    yield np.zeros(num, np.float32)
    yield np.ones(num, np.float32)
    yield np.arange(num, dtype=np.float32) % 2


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rate", [4_000, 11_025, 16_000, 48_000])
@pytest.mark.parametrize("size", [1, 161, 2_000, 16_001])
def test_any_sound_is_measured(name: str, rate: int, size: int) -> None:
    measure = getattr(importlib.import_module(f"unheard.signal.{name}"), f"measure_{name}")
    for samples in strange_samples(size):
        for speech in speeches(num_hops(max(1, round(size * 16_000 / rate)))):
            sound = Sound(np.tile(samples.astype(np.float32), (2, 1)), rate, speech=speech)
            values: tuple[Any, ...] = astuple(measure(sound))
            assert all(value is None or math.isfinite(value) for value in values)


@pytest.mark.parametrize("name", NAMES)
def test_a_minute_is_measured(name: str) -> None:
    measure = getattr(importlib.import_module(f"unheard.signal.{name}"), f"measure_{name}")
    samples = np.random.default_rng(0).uniform(-0.1, 0.1, 60 * 48_000).astype(np.float32)
    samples *= np.exp(-5 * np.linspace(0, 60, len(samples), dtype=np.float32) % -5)
    speech = (np.arange(num_hops(60 * 16_000)) % 40 < 20).astype(np.float32)
    assert any(value is not None for value in astuple(measure(Sound(samples[None], 48_000, speech=speech))))
