"""What follows a short clip: noise as loud, of the same colour and with the same offset as its quiet."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from scipy.signal import lfilter, welch

from unheard.signal.room_tone import with_room_tone

RATE = 16_000


def white(num_samples: int, deviation: float = 0.1, seed: int = 1) -> NDArray[np.float32]:
    return (deviation * np.random.default_rng(seed).standard_normal(num_samples)).astype(np.float32)


@given(
    arrays.arrays(np.float32, st.integers(0, 400), elements=st.floats(-1, 1, width=32)), st.integers(1, 400)
)
def test_the_clip_stays_and_the_length_is_right(samples: NDArray[np.float32], num_samples: int) -> None:
    found = with_room_tone(samples, num_samples)
    assert found.dtype == np.float32
    assert found.shape == (num_samples,)
    assert np.isfinite(found).all()
    kept = min(len(samples), num_samples)
    np.testing.assert_array_equal(found[:kept], samples[:kept])


def test_steady_noise_goes_on_as_loud_and_of_the_same_colour() -> None:
    clip = lfilter([1.0], [1.0, -0.9], white(RATE // 2)).astype(np.float32)  # 26 dB more at 0 than at 8 kHz
    tone = with_room_tone(clip, RATE)[len(clip) :]
    expected, found = (10 * np.log10(welch(part, RATE, nperseg=256)[1][1:-1]) for part in (clip, tone))
    assert np.abs(found - expected).mean() < 3
    # the quietest frames of a rumble are those where it happens to rumble less
    slope_db = expected[:8].mean() - expected[-8:].mean()
    assert found[:8].mean() - found[-8:].mean() == pytest.approx(slope_db, abs=6)


def test_a_loud_word_is_not_part_of_it() -> None:
    clip = white(RATE // 2, 0.001)
    clip[2000:6000] += white(4000, 0.3, seed=2)
    assert with_room_tone(clip, RATE)[len(clip) :].std() == pytest.approx(0.001, rel=0.15)


def test_an_offset_goes_on() -> None:
    tone = with_room_tone(white(RATE // 2, 0.001) + np.float32(0.2), RATE)[RATE // 2 :]
    assert tone.mean() == pytest.approx(0.2, abs=1e-3)
    assert tone.std() == pytest.approx(0.001, rel=0.15)


def test_a_small_change_changes_it_a_little() -> None:
    clip = white(RATE // 2)
    rounded = np.round(clip * 32768) / np.float32(32768)
    np.testing.assert_allclose(with_room_tone(rounded, RATE), with_room_tone(clip, RATE), atol=1e-3)


@pytest.mark.parametrize("clip", [np.zeros(8000, np.float32), white(159), np.zeros(0, np.float32)])
def test_silence_and_less_than_a_frame_go_on_with_zeros(clip: NDArray[np.float32]) -> None:
    np.testing.assert_array_equal(with_room_tone(clip, RATE), np.pad(clip, (0, RATE - len(clip))))


def test_a_longer_clip_is_cut_at_its_end() -> None:
    clip = white(1000)
    np.testing.assert_array_equal(with_room_tone(clip, 800), clip[:800])
