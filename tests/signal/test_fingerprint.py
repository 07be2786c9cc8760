"""The fingerprint of a sound: what changes it, what does not, and that anything has one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.signal.audio_file import read_audio
from unheard.signal.fingerprint import FRAMES_PER_S, NUM_BITS, WORD_S, fingerprint, levels_db
from unheard.signal.resample import resample

RATE = 16_000
Words = NDArray[np.uint32]


def agreement(first: Words, second: Words) -> float:
    """Share of signs that agree."""
    differ = (first ^ second) & np.uint32((1 << NUM_BITS) - 1)
    return 1 - float(np.bitwise_count(differ).mean()) / NUM_BITS


def chirps(seed: int) -> NDArray[np.float32]:
    """1 s of three loud tones that glide between 200 and 3400 Hz."""
    random, time_s = np.random.default_rng(seed), np.arange(RATE) / RATE
    glides = (np.interp(time_s, np.linspace(0, 1, 8), random.uniform(250, 3300, 8)) for _ in range(3))
    return (0.1 * sum(np.sin(2 * np.pi * np.cumsum(hz) / RATE) for hz in glides)).astype(np.float32)  # type: ignore[union-attr]


def test_a_word_each_10_ms_of_all_that_is_there() -> None:
    sound = chirps(0)
    assert fingerprint(sound, RATE).dtype == np.uint32
    assert len(fingerprint(sound, RATE)) == (1 - WORD_S) * FRAMES_PER_S + 1 - 0.8
    assert len(fingerprint(sound[: round(WORD_S * RATE)], RATE)) == 1
    assert len(fingerprint(sound[: round(WORD_S * RATE) - 1], RATE)) == 0


def test_a_gain_changes_levels_and_no_sign() -> None:
    plain, faint = fingerprint(chirps(0), RATE), fingerprint(chirps(0) / 10, RATE)
    assert agreement(plain, faint) == 1
    np.testing.assert_array_equal(levels_db(plain) - levels_db(faint), 20)


def test_levels_are_those_of_a_sine() -> None:
    sine = (0.5 * np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)).astype(np.float32)
    np.testing.assert_allclose(levels_db(fingerprint(sine, RATE)), -9.03, atol=0.3)  # 0.5 / sqrt(2)
    assert levels_db(fingerprint(np.zeros(RATE, np.float32), RATE)).max() == -120


def test_a_cut_at_whole_frames_leaves_the_words_inside_as_they_are() -> None:
    whole, cut = fingerprint(chirps(1), RATE), fingerprint(chirps(1)[30 * 160 :], RATE)
    inside = slice(15, None)  # the loudest band within 150 ms sets what is faint
    np.testing.assert_array_equal(whole[30:][inside], cut[inside])


def test_a_cut_between_frames_changes_few_signs() -> None:
    """Words 5 ms off."""
    assert agreement(fingerprint(chirps(1), RATE)[10:], fingerprint(chirps(1)[1520:], RATE)[1:]) > 0.9


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000])
def test_another_sample_rate_changes_few_signs(rate: int) -> None:
    plain, other = fingerprint(chirps(2), RATE), fingerprint(resample(chirps(2), RATE, rate), rate)
    assert abs(len(plain) - len(other)) <= 1
    count = min(len(plain), len(other))
    assert agreement(plain[:count], other[:count]) > 0.97


def test_noise_15_db_below_changes_few_signs_and_another_sound_half_of_them() -> None:
    noise = np.random.default_rng(3).standard_normal(RATE).astype(np.float32)
    noise *= np.sqrt(np.mean(chirps(4) ** 2)) * 10 ** (-15 / 20)
    plain = fingerprint(chirps(4), RATE)
    assert agreement(plain, fingerprint(chirps(4) + noise, RATE)) > 0.9
    assert agreement(plain, fingerprint(chirps(5), RATE)) < 0.65


def test_a_long_recording_is_worked_on_in_parts_and_comes_out_the_same() -> None:
    long = np.tile(chirps(6), 50)
    words = fingerprint(long, RATE)
    np.testing.assert_array_equal(words[20:80], words[4020:4080])  # the second part begins at 4096


@pytest.mark.parametrize("rate", [1_000, 8_000, 44_100, 768_000])
@pytest.mark.parametrize("length_s", [0.0, 0.001, 0.5])
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_anything_has_a_fingerprint(rate: int, length_s: float, value: float) -> None:
    assert fingerprint(np.full(int(length_s * rate) + 1, value, np.float32), rate).dtype == np.uint32


def test_real_speech_after_a_telephone_rate_is_known_again(data_dir: Path) -> None:
    for path in sorted((data_dir / "speech_commands" / "seven").glob("*.flac"))[:10]:
        samples, rate = read_audio(path)
        narrow = resample(resample(samples, rate, 8_000), 8_000, rate)
        assert agreement(fingerprint(samples, rate), fingerprint(narrow, rate)) > 0.98
