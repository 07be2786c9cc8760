from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.signal.pauses import Pauses, measure_pauses
from unheard.signal.sound import Sound
from unheard.signal.voice_activity import num_hops


def measure(samples: NDArray[np.float64], begin_s: float, end_s: float, rate: int = 16_000) -> Pauses:
    """Pauses of a sound in which somebody speaks from one second to another."""
    hops = 0.032 * np.arange(num_hops(round(len(samples) * 16_000 / rate)))
    speech = np.where((hops >= begin_s) & (hops < end_s), 0.9, 0.1).astype(np.float32)
    return measure_pauses(Sound(samples.astype(np.float32)[None], rate, speech=speech))


def noise(size: int, level: float = 0.01, seed: int = 0) -> NDArray[np.float64]:
    return level * np.random.default_rng(seed).standard_normal(size)


def test_speech_and_the_silence_around_it() -> None:
    found = measure(noise(16_000), 0.32, 0.64)
    assert found.speech_s == pytest.approx(0.32)
    assert found.leading_silence_s == pytest.approx(0.32)
    assert found.trailing_silence_s == pytest.approx(0.36)
    assert found.max_speech_score == pytest.approx(0.9)


def test_the_sample_rate_changes_nothing() -> None:
    low, high = (measure(noise(rate), 0.32, 0.64, rate) for rate in (8_000, 48_000))
    assert low.leading_silence_s == high.leading_silence_s
    assert low.trailing_silence_s == pytest.approx(high.trailing_silence_s)


def test_speech_to_the_last_sample_leaves_no_silence() -> None:
    found = measure(noise(16_000), 0.0, 1.0)
    assert (found.leading_silence_s, found.trailing_silence_s) == (0.0, 0.0)
    assert found.speech_s == 1.0


def test_without_speech_there_are_no_edges_of_it() -> None:
    found = measure(noise(16_000), 2.0, 3.0)
    assert found.speech_s == 0.0
    assert found.max_speech_score == pytest.approx(0.1)
    assert found.leading_silence_s is found.trailing_silence_s is found.start_level_db is None


def test_nobody_looked_for_speech() -> None:
    found = measure_pauses(Sound(np.zeros((1, 16_000), np.float32), 16_000))
    assert found == Pauses(1.0, None, None, None, None, None, None, 0.0)


@pytest.mark.parametrize("zeros", [0, 4_000, 16_000])
def test_share_of_zeros(zeros: int) -> None:
    samples = noise(16_000)
    samples[:zeros] = 0
    assert measure(samples, 0.5, 0.8).zero_share == zeros / 16_000


def test_levels_at_the_edges() -> None:
    samples = noise(16_000, level=0.1)
    samples[-320:] *= 0.1  # the last 20 ms
    found = measure(samples, 0.0, 0.9)
    assert found.start_level_db == pytest.approx(0.0, abs=0.6)
    assert found.end_level_db == pytest.approx(-20.0, abs=0.6)


def test_an_event_stands_out_and_steady_noise_does_not() -> None:
    samples = noise(16_000)
    quiet = measure(samples, 2, 3)
    samples[4_096 : 4_096 + 4 * 512] *= 10
    event = measure(samples, 2, 3)
    assert quiet.stand_out_db is not None
    assert quiet.stand_out_db < 2
    assert event.stand_out_db == pytest.approx(20, abs=1)


def test_rumble_does_not_hide_an_event() -> None:
    samples = noise(16_000) + 0.5 * np.sin(2 * np.pi * 20 / 16_000 * np.arange(16_000))
    samples[4_096 : 4_096 + 4 * 512] += noise(2_048, 0.1, seed=1)
    found = measure(samples, 2, 3).stand_out_db
    assert found is not None
    assert found > 10
