from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unheard.errors import AudioError
from unheard.signal.resample import resample, resampled_length

RATES = st.sampled_from([8000, 11025, 16000, 22050, 44100, 48000])


@given(st.integers(0, 3000), RATES, RATES)
def test_the_length_is_exact(num_samples: int, from_rate: int, to_rate: int) -> None:
    resampled = resample(np.ones(num_samples, np.float32), from_rate, to_rate)

    assert len(resampled) == resampled_length(num_samples, from_rate, to_rate)
    assert abs(len(resampled) - num_samples * to_rate / from_rate) <= 0.5
    assert resampled.dtype == np.float32


@pytest.mark.parametrize(("from_rate", "to_rate"), [(8000, 16000), (44100, 16000), (16000, 11025)])
def test_a_sine_stays_that_sine(from_rate: int, to_rate: int) -> None:
    def sine(rate: int) -> np.ndarray:
        return np.sin(2 * np.pi * 1000 * np.arange(rate) / rate).astype(np.float32)

    resampled = resample(sine(from_rate), from_rate, to_rate)

    np.testing.assert_allclose(resampled[500:-500], sine(to_rate)[500:-500], atol=1e-3)


def test_what_the_new_rate_cannot_hold_is_gone() -> None:
    tone_6_khz = np.sin(2 * np.pi * 6000 * np.arange(16000) / 16000).astype(np.float32)

    assert np.abs(resample(tone_6_khz, 16000, 8000)[200:-200]).max() < 1e-3


def test_the_same_rate_changes_nothing() -> None:
    samples = np.ones(10, np.float32)

    assert resample(samples, 16000, 16000) is samples


def test_a_rate_of_zero_is_refused() -> None:
    with pytest.raises(AudioError, match="asked for 16000 Hz to 0 Hz"):
        resample(np.ones(10, np.float32), 16000, 0)
