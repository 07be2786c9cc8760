from __future__ import annotations

import numpy as np
import pytest

from unheard.diagnose.explain.changes import CHANGES, FACTORS, Change, centred, gated, trimmed

RATE = 16_000


def change(text: str) -> Change:
    return next(row for row in CHANGES if row.text == text)


def tone(hz: float, begin_s: float = 0.0, end_s: float = 1.0) -> np.ndarray:
    time_s = np.arange(RATE) / RATE
    wave = 0.1 * np.sin(2 * np.pi * hz * time_s) * ((time_s >= begin_s) & (time_s < end_s))
    return wave.astype(np.float32)[None]


def level_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(samples[:, RATE // 4 : -RATE // 4] ** 2)))


@pytest.mark.parametrize("row", CHANGES, ids=lambda row: row.text)
def test_shape_and_type_stay(row: Change) -> None:
    samples = np.random.default_rng(0).normal(0, 0.1, (3, RATE)).astype(np.float32)
    samples[:, 9000:] *= 0.001
    before = samples.copy()
    after = row.apply(samples, RATE)
    assert after.shape == samples.shape
    assert after.dtype == np.float32
    assert np.isfinite(after).all()
    assert np.isfinite(row.apply(np.zeros((1, RATE), np.float32), RATE)).all()
    np.testing.assert_array_equal(samples, before)
    assert not np.array_equal(after, samples)


def test_changes_grow_within_a_factor() -> None:
    for factor in FACTORS:
        sizes = [row.size for row in factor.changes]
        assert sizes == sorted(sizes)
        assert sizes[-1] == 1.0


def test_a_gain_is_in_decibels() -> None:
    samples = tone(1000)
    np.testing.assert_allclose(change("a gain of -20 dB").apply(samples, RATE), 0.1 * samples, rtol=1e-6)


def test_a_shift_moves_a_word() -> None:
    samples = tone(1000, 0.4, 0.6)
    later = change("a shift of +100 ms").apply(samples, RATE)
    np.testing.assert_array_equal(later[:, 1600:], samples[:, :-1600])
    earlier = change("a shift of -100 ms").apply(samples, RATE)
    np.testing.assert_array_equal(earlier[:, :-1600], samples[:, 1600:])


def test_a_tilt_raises_treble_over_bass() -> None:
    tilted = change("12 dB more treble")
    gains = [level_db(tilted.apply(tone(hz), RATE)) - level_db(tone(hz)) for hz in (250.0, 1000.0, 4000.0)]
    assert gains == pytest.approx([-6.0, 0.0, 6.0], abs=0.2)


def test_a_high_pass_takes_rumble_only() -> None:
    cut = change("a high-pass at 100 Hz")
    assert level_db(cut.apply(tone(100), RATE)) - level_db(tone(100)) == pytest.approx(-3.0, abs=0.2)
    assert level_db(cut.apply(tone(40), RATE)) - level_db(tone(40)) < -25
    assert level_db(cut.apply(tone(1000), RATE)) - level_db(tone(1000)) == pytest.approx(0.0, abs=0.1)


def test_noise_reduction_raises_the_ratio() -> None:
    noise = 0.01 * np.random.default_rng(1).normal(size=(1, RATE)).astype(np.float32)
    after = gated(noise + tone(1000, 0.4, 0.6), RATE, -24)
    quiet_before, quiet_after = (np.mean(row[:, 1000:5000] ** 2) for row in (noise, after))
    assert 10 * np.log10(quiet_after / quiet_before) < -8
    loud = after[:, 7000:9000] - tone(1000, 0.4, 0.6)[:, 7000:9000]
    assert np.mean(loud**2) < np.mean(noise**2)


def test_trimming_and_centring_find_the_word() -> None:
    samples = tone(1000, 0.1, 0.3) + np.float32(1e-4)
    only = trimmed(samples, RATE)
    assert not only[:, 5000:].any()
    np.testing.assert_array_equal(only[:, 1600:4800], samples[:, 1600:4800])
    middle = np.abs(centred(samples, RATE)) > 0.01
    place = np.flatnonzero(middle[0])
    assert (place[0] + place[-1]) / 2 == pytest.approx(RATE / 2, abs=400)
