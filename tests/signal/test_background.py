"""The background: white noise is flat, an equaliser moves it by its own decibels, speech leaves it alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt, sosfreqz

from unheard.signal.background import BAND_CENTRES_HZ, NUM_BANDS, Background, measure_background
from unheard.signal.sound import Sound, read_sound
from unheard.signal.voice_activity import speech_probabilities

RATE = 16_000
NOTHING = Background(None, None, None, None)


def _noise(seconds: float = 2.0, level: float = 0.01, seed: int = 0) -> NDArray[np.float32]:
    random = np.random.default_rng(seed)
    return (level * random.standard_normal(round(seconds * RATE))).astype(np.float32)


def _sound(samples: NDArray[np.float32], spoken: tuple[float, float] | None = None) -> Sound:
    """A sound whose speech is from one second to another."""
    speech = np.zeros(-(-len(samples) // 512), np.float32)
    if spoken:
        speech[round(spoken[0] * RATE / 512) : round(spoken[1] * RATE / 512)] = 0.9
    return Sound(samples[None], RATE, speech=speech)


def test_white_noise_is_flat_and_has_its_level() -> None:
    found = measure_background(_sound(_noise(60.0, level=0.1)))
    assert found.background_bands_db == pytest.approx([0.0] * NUM_BANDS, abs=1.0)
    assert found.background_dbfs == pytest.approx(-20.0, abs=0.1)
    assert found.speech_bands_db is None


def test_a_tone_stands_in_its_band() -> None:
    tone = 0.01 * np.sin(2 * np.pi * BAND_CENTRES_HZ[12] * np.arange(2 * RATE) / RATE)
    found = measure_background(_sound(_noise(level=1e-4) + tone.astype(np.float32)))
    assert found.background_bands_db is not None
    assert int(np.argmax(found.background_bands_db)) == 12


def test_a_filter_moves_the_bands_by_its_response() -> None:
    low_pass = butter(1, 800, fs=RATE, output="sos")
    plain = measure_background(_sound(_noise(30.0))).background_bands_db
    filtered = measure_background(
        _sound(sosfilt(low_pass, _noise(30.0)).astype(np.float32))
    ).background_bands_db
    _, response = sosfreqz(low_pass, BAND_CENTRES_HZ, fs=RATE)
    expected = 20 * np.log10(np.abs(response))
    moved = np.array(filtered) - np.array(plain)
    assert moved - moved.mean() == pytest.approx(expected - expected.mean(), abs=1.0)


def test_what_is_spoken_does_not_change_the_background() -> None:
    quiet, loud = _noise(), _noise()
    loud[16_384:22_528] += 0.3 * np.sin(np.arange(6_144) * 0.3).astype(np.float32)  # hops 32 to 44
    spoken = (16_384 / RATE, 22_528 / RATE)
    before = measure_background(_sound(quiet, spoken))
    after = measure_background(_sound(loud, spoken))
    assert after.background_bands_db == pytest.approx(before.background_bands_db, abs=0.05)
    assert after.background_dbfs == pytest.approx(before.background_dbfs, abs=0.01)
    assert after.speech_bands_db != pytest.approx(before.speech_bands_db, abs=10)


def test_digital_silence_and_constants_are_no_background() -> None:
    assert measure_background(_sound(np.zeros(RATE, np.float32))) == NOTHING
    assert measure_background(_sound(np.full(RATE, 0.1, np.float32))) == NOTHING
    half = np.concatenate([np.zeros(RATE, np.float32), _noise(1.0, level=0.1)])
    assert measure_background(_sound(half)).background_dbfs == pytest.approx(-20, abs=0.5)


def test_a_clip_cut_to_its_word_has_only_quietest_moments() -> None:
    found = measure_background(_sound(_noise(0.5), (0.0, 0.5)))
    assert found.background_bands_db is None
    assert found.background_dbfs is None
    assert found.quietest_bands_db is not None
    assert found.speech_bands_db is not None


@pytest.mark.parametrize("count", [1, 2, 511, 512, 513, 1200])
def test_short_sounds_tell_nothing_and_do_not_fail(count: int) -> None:
    assert measure_background(_sound(_noise()[:count])) == NOTHING


def test_unheard_sounds_tell_nothing() -> None:
    assert measure_background(Sound(_noise()[None], RATE)) == NOTHING


@pytest.mark.parametrize(("rate", "num_channels"), [(8_000, 1), (48_000, 2), (44_100, 1)])
def test_any_rate_and_number_of_channels_is_measured(rate: int, num_channels: int) -> None:
    samples = np.random.default_rng(1).standard_normal((num_channels, 3 * rate)).astype(np.float32) * 0.01
    sound = Sound(samples, rate)
    (speech,) = speech_probabilities([sound.samples_16k])
    found = measure_background(Sound(samples, rate, speech=speech))
    assert found.background_bands_db is not None
    assert np.isfinite(found.background_bands_db).all()


def test_real_clips_have_a_background_below_their_speech(data_dir: Path) -> None:
    files = sorted((data_dir / "wake_words" / "computer").iterdir())[:20]
    sounds = [read_sound(file) for file in files]
    heard = speech_probabilities([sound.samples_16k for sound in sounds])
    found = [
        measure_background(Sound(sound.channels, sound.sample_rate, speech=speech))
        for sound, speech in zip(sounds, heard, strict=True)
    ]
    levels = [sound.background_dbfs for sound in found if sound.background_dbfs is not None]
    assert len(levels) == 20
    assert -90 < np.median(levels) < -50
