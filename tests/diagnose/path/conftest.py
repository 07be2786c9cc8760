"""Real words to send along two paths."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.signal.sound import read_sound


@pytest.fixture(scope="session")
def words(data_dir: Path) -> list[NDArray[np.float64]]:
    """Three words of three speakers, 16 kHz, that nobody clipped."""
    files = sorted((data_dir / "speech_commands").glob("*/*_nohash_0.flac"))[50::500]
    found = [read_sound(file).samples.astype(np.float64) for file in files]
    return [samples for samples in found if 0.05 < np.abs(samples).max() < 0.95][:3]
