"""Equaliser and exchange of backgrounds, against numbers that are known beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from unheard.diagnose.shortcuts.exchange import MAX_GAIN_DB, with_background, with_colour
from unheard.diagnose.shortcuts.recordings import Recordings, joined, listen, looped
from unheard.signal.background import BAND_CENTRES_HZ

RATE = 16_000


def _tone(hz: float, num_samples: int = RATE) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(num_samples) / RATE).astype(np.float32)


def _level_db(samples: np.ndarray, hz: float) -> float:
    part = samples[2000:-2000]
    wave = np.exp(-2j * np.pi * hz * np.arange(len(part)) / RATE)
    return float(20 * np.log10(np.abs(np.mean(part * wave))))


def test_equaliser_gives_each_band_its_gain_and_keeps_the_rms() -> None:
    low_hz, high_hz = BAND_CENTRES_HZ[4], BAND_CENTRES_HZ[11]
    clip = (_tone(low_hz) + _tone(high_hz))[None]
    gains_db = np.zeros((1, 16))
    gains_db[0, 11] = 9.0
    changed = with_colour(clip, gains_db, RATE)[0]
    before = _level_db(clip[0], high_hz) - _level_db(clip[0], low_hz)
    assert _level_db(changed, high_hz) - _level_db(changed, low_hz) - before == pytest.approx(9, abs=0.1)
    assert np.mean(changed**2) == pytest.approx(np.mean(clip**2), rel=1e-3)


def test_equaliser_is_limited() -> None:
    hz = BAND_CENTRES_HZ[8]
    clip = (_tone(hz) + _tone(BAND_CENTRES_HZ[2]))[None]
    gains_db = np.zeros((1, 16))
    gains_db[0, 8] = -60.0
    changed = with_colour(clip, gains_db, RATE)[0]
    fallen = _level_db(changed, BAND_CENTRES_HZ[2]) - _level_db(changed, hz)
    assert fallen == pytest.approx(MAX_GAIN_DB, abs=0.2)


def _recordings(samples: np.ndarray, quiet: np.ndarray) -> Recordings:
    sounding = np.repeat(np.abs(samples).max(axis=1) > 0, samples.shape[1]).reshape(samples.shape)
    return Recordings(
        samples, RATE, quiet, sounding, np.zeros((len(samples), 16)), np.ones(len(samples), bool)
    )


def test_background_takes_the_place_of_what_was_between_and_is_added_to_speech() -> None:
    samples = np.stack([np.full(RATE, 0.5), np.full(RATE, 0.1)]).astype(np.float32)
    quiet = np.zeros((2, RATE), bool)
    quiet[:, : RATE // 2] = True
    clips = _recordings(samples, quiet)
    changed = with_background(samples, clips, clips, np.array([1, 0]))
    assert changed[0, 2000:6000] == pytest.approx(0.1, abs=0.05)  # fades of equal pieces swell
    assert changed[0, 10_000:].mean() == pytest.approx(0.6, abs=0.05)
    assert changed[1, 2000:6000].mean() == pytest.approx(0.5, abs=0.05)


def test_digital_silence_stays() -> None:
    samples = np.stack([np.zeros(RATE), np.full(RATE, 0.1)]).astype(np.float32)
    clips = _recordings(samples, np.ones((2, RATE), bool))
    assert not with_background(samples, clips, clips, np.array([1, 1]))[0].any()


def test_noise_joined_and_looped_keeps_its_power() -> None:
    random = np.random.default_rng(0)
    pieces = [random.standard_normal(600).astype(np.float32) for _ in range(40)]
    whole = joined(pieces, 128)
    assert len(whole) == 40 * 600 - 39 * 128
    assert np.mean(whole**2) == pytest.approx(1, abs=0.05)
    again = looped(whole[:4000], RATE, 128)
    assert again.shape == (RATE,)
    assert np.mean(again**2) == pytest.approx(1, abs=0.1)


def test_words_are_speech_and_what_surrounds_them_is_background(words: object) -> None:
    samples = words.samples[:40]  # type: ignore[attr-defined]
    recordings = listen(samples, RATE)
    assert recordings.spoken.mean() > 0.8
    assert recordings.has_background.mean() > 0.6
    chosen = np.flatnonzero(recordings.has_background)
    loud = np.array([np.mean(samples[row][~recordings.quiet[row]] ** 2) for row in chosen])
    faint = np.array([np.mean(recordings.background(int(row)) ** 2) for row in chosen])
    assert np.median(10 * np.log10(loud / faint)) > 15
    assert np.isfinite(recordings.colours_db[chosen]).all()
