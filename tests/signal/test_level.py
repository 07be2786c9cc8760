from __future__ import annotations

import numpy as np
import pytest

from unheard.signal.level import FLOOR_DB, peak_db, rms_db


def test_a_sine_has_minus_3_db() -> None:
    sine = np.sin(2 * np.pi * np.arange(16000) / 100).astype(np.float32)

    assert rms_db(sine) == pytest.approx(-10 * np.log10(2), abs=1e-4)
    assert peak_db(sine) == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize(("amplitude", "level_db"), [(1.0, 0.0), (0.1, -20.0), (0.5011872, -6.0)])
def test_a_square_wave_has_its_amplitude(amplitude: float, level_db: float) -> None:
    square = np.tile(np.array([amplitude, -amplitude], np.float32), 50)

    assert rms_db(square) == pytest.approx(level_db, abs=1e-4)
    assert peak_db(square) == pytest.approx(level_db, abs=1e-4)


@pytest.mark.parametrize("num_samples", [0, 100])
def test_silence_has_the_floor(num_samples: int) -> None:
    assert rms_db(np.zeros(num_samples, np.float32)) == FLOOR_DB
    assert peak_db(np.zeros(num_samples, np.float32)) == FLOOR_DB
