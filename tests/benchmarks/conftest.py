"""Benchmarks are scripts, not a package: their folder is put on the path, as Python does that runs one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from unheard.signal.audio_file import write_audio

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

RATE_HZ = 8000
MakeTone = Callable[..., str]


@pytest.fixture
def make_tone(tmp_path: Path) -> MakeTone:
    """A recording of 0.5 s at 8 kHz below `tmp_path`: `make_tone("a/b.flac", 500)`; its path."""

    def make(name: str, hz: float, amplitude: float = 0.5) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        time_s = np.arange(RATE_HZ // 2) / RATE_HZ
        write_audio(path, (amplitude * np.sin(2 * np.pi * hz * time_s)).astype(np.float32), RATE_HZ)
        return str(path)

    return make
