"""Speech-like sounds in noise of known power; WADA against a simulation of its own assumption."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.signal.noise_ratio import (
    WADA_FIRST_DB,
    WADA_STEP_DB,
    WADA_TABLE,
    NoiseRatio,
    _wada_db,
    measure_noise_ratio,
)
from unheard.signal.sound import Sound, read_sound
from unheard.signal.voice_activity import num_hops, speech_probabilities

Samples = NDArray[np.float64]


def measure(samples: Samples, begin_s: float, end_s: float) -> NoiseRatio:
    hops = 0.032 * np.arange(num_hops(len(samples)))
    speech = ((hops >= begin_s) & (hops < end_s)).astype(np.float32)
    return measure_noise_ratio(Sound(samples.astype(np.float32)[None], 16_000, speech=speech))


def gamma_speech(size: int, snr_db: float, seed: int = 0) -> Samples:
    """What WADA assumes: amplitudes of a Gamma distribution of shape 0.4, random signs, Gaussian noise."""
    random = np.random.default_rng(seed)
    speech = random.gamma(0.4, size=size) * random.choice([-1, 1], size) / np.sqrt(0.4 * 1.4)
    return np.asarray(0.05 * (speech + 10 ** (-snr_db / 20) * random.standard_normal(size)))


def burst(snr_db: float, seed: int = 0) -> Samples:
    """Two seconds of noise; between 0.64 and 1.28 s a louder one is added."""
    random = np.random.default_rng(seed)
    samples = 0.005 * random.standard_normal(32_000)
    samples[10_240:20_480] += 0.005 * 10 ** (snr_db / 20) * random.standard_normal(10_240)
    return samples


@pytest.mark.parametrize("snr_db", [-4, 0, 6, 12, 20, 30])
def test_the_table_is_that_of_a_simulation(snr_db: int) -> None:
    size = np.abs(gamma_speech(2_000_000, snr_db))
    expected = np.log(size.mean()) - np.log(size).mean()
    assert WADA_TABLE[(snr_db - WADA_FIRST_DB) // WADA_STEP_DB] == pytest.approx(expected, abs=0.004)


@pytest.mark.parametrize(("snr_db", "published"), [(0, 0.4622), (20, 0.9566), (30, 1.1970)])
def test_the_table_is_close_to_the_published_one(snr_db: int, published: float) -> None:
    assert WADA_TABLE[(snr_db - WADA_FIRST_DB) // WADA_STEP_DB] == pytest.approx(published, abs=0.004)


def test_the_table_rises() -> None:
    assert (np.diff(WADA_TABLE) > 0).all()
    assert WADA_TABLE[0] == pytest.approx(
        np.log(np.sqrt(2 / np.pi)) + (np.euler_gamma + np.log(2)) / 2, abs=1e-3
    )


@pytest.mark.parametrize("snr_db", [0, 5, 10, 20, 30])
def test_wada_finds_the_ratio_it_assumes(snr_db: float) -> None:
    samples = gamma_speech(160_000, snr_db).astype(np.float32)
    assert _wada_db(samples, samples != 0) == pytest.approx(snr_db, abs=1.0)


@pytest.mark.parametrize("snr_db", [0, 5, 10, 20, 40])
def test_ratio_of_speech_and_pauses(snr_db: float) -> None:
    found = measure(burst(snr_db), 0.64, 1.28)
    assert found.snr_db == found.snr_speech_db == pytest.approx(snr_db, abs=0.5)
    assert found.noise_dbfs == pytest.approx(-46.0, abs=0.5)


def test_rumble_and_offset_are_no_noise() -> None:
    rumble = 0.3 + 0.2 * np.sin(2 * np.pi * 20 / 16_000 * np.arange(32_000))
    assert measure(burst(20) + rumble, 0.64, 1.28).snr_db == pytest.approx(20, abs=1)


def test_a_click_is_not_the_background() -> None:
    samples = burst(20)
    samples[27_000:27_400] += 0.3 * np.random.default_rng(1).standard_normal(400)
    found = measure(samples, 0.64, 1.28).snr_db
    assert found is not None
    assert found > 13  # by its power the click alone would make it -15


def test_speech_without_power_has_a_lowest_ratio() -> None:
    assert measure(burst(-60), 0.64, 1.28).snr_db == pytest.approx(-20, abs=0.1)


def test_the_distance_of_two_estimates_ends_where_both_say_clean() -> None:
    found = measure(burst(40), 0.64, 1.28)
    assert found.snr_speech_db is not None
    assert found.snr_wada_db is not None
    assert found.snr_disagreement_db == pytest.approx(30 - min(found.snr_wada_db, 30))


@pytest.mark.parametrize(("begin_s", "end_s"), [(0.0, 2.0), (0.08, 1.92), (1.0, 1.03), (5.0, 6.0)])
def test_without_pause_or_without_speech_there_is_no_ratio(begin_s: float, end_s: float) -> None:
    found = measure(burst(20), begin_s, end_s)
    assert found.snr_db is found.snr_disagreement_db is found.noise_dbfs is None
    assert found.snr_wada_db is not None


def test_digital_silence_is_no_pause() -> None:
    samples = burst(20)
    samples[:10_240] = samples[20_480:] = 0
    assert measure(samples, 0.64, 1.28).snr_db is None


def test_short_sounds_have_no_wada() -> None:
    assert measure(burst(20)[:7_999], 0, 0).snr_wada_db is None


def test_noise_added_to_real_speech_is_told(data_dir: Path) -> None:
    """At 5 and 15 dB; at half of a dozen clips or more to 2 dB, and none is 8 dB away."""
    files = sorted((data_dir / "wake_words" / "jarvis").glob("*.flac"))[:12]
    random = np.random.default_rng(0)
    for snr_db in (5, 15):
        clips = [read_sound(file).samples for file in files]
        spoken = [scores >= 0.5 for scores in speech_probabilities(clips)]
        noisy = []
        for clip, mask in zip(clips, spoken, strict=True):
            power = np.mean(np.square(clip[np.repeat(mask, 512)[: len(clip)]]))
            level = np.sqrt(power / 10 ** (snr_db / 10))
            noisy.append((clip + level * random.standard_normal(len(clip))).astype(np.float32))
        heard = speech_probabilities(noisy)
        found = [
            measure_noise_ratio(Sound(clip[None], 16_000, speech=scores)).snr_db
            for clip, scores in zip(noisy, heard, strict=True)
        ]
        errors = np.abs([value - snr_db for value in found if value is not None])
        assert len(errors) >= 10
        assert np.median(errors) < 2
        assert errors.max() < 8
