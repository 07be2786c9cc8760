from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.signal.gaps import Gaps, measure_gaps
from unheard.signal.sound import Sound

NONE = Gaps(0, 0.0, None, 0, None)
Samples = NDArray[np.float64]


def sounding(duration_s: float = 1.0, rate: int = 16_000, seed: int = 0) -> Samples:
    """16-bit noise."""
    noise = np.random.default_rng(seed).normal(0, 1000, round(duration_s * rate))
    return np.asarray(np.round(noise) / 32768)


def measure(samples: Samples, rate: int = 16_000) -> Gaps:
    return measure_gaps(Sound(np.atleast_2d(samples).astype(np.float32), rate))


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
def test_untouched_sound_has_none(rate: int) -> None:
    assert measure(sounding(3.0, rate), rate) == NONE


@pytest.mark.parametrize("gap_ms", [5, 10, 20, 30, 250])
@pytest.mark.parametrize("held", [False, True])
def test_a_gap_is_found_where_it_is(gap_ms: int, held: bool) -> None:
    samples = sounding()
    samples[5000 : 5000 + 16 * gap_ms] = samples[4999] if held else 0

    found = measure(samples)

    assert (found.num_gaps, found.num_stutters) == (1, 0)
    assert found.longest_gap_ms == pytest.approx(gap_ms, abs=0.1)
    assert found.first_gap_s == pytest.approx(5000 / 16_000, abs=1e-4)


def test_what_is_no_gap() -> None:
    ends = np.concatenate((np.zeros(800), sounding(), np.zeros(800)))
    pause = np.concatenate((sounding(), np.zeros(6400), sounding(seed=1)))
    floor = np.concatenate((sounding(), np.zeros(320), np.sign(sounding(0.1)) / 32768))
    clipped = sounding().clip(-0.02, 0.02)
    clipped[5000:5100] = 0.02

    for samples in (ends, pause, floor, clipped):
        assert measure(samples).num_gaps == 0


def test_gaps_are_counted() -> None:
    samples = sounding()
    for begin in (3000, 6000, 9000):
        samples[begin : begin + 200] = 0

    assert measure(samples).num_gaps == 3


@pytest.mark.parametrize("rate", [8_000, 16_000, 48_000])
@pytest.mark.parametrize("packet_ms", [10, 20, 60, 117])
def test_a_repeated_packet_is_found_where_it_is(rate: int, packet_ms: int) -> None:
    samples, size = sounding(1.0, rate), round(packet_ms * rate / 1000)
    begin = round(0.37 * rate)
    samples[begin : begin + size] = samples[begin - size : begin]

    found = measure(samples, rate)

    assert (found.num_gaps, found.num_stutters) == (0, 1)
    assert found.first_stutter_s == pytest.approx(0.37, abs=1e-4)


def test_a_packet_that_comes_three_times_is_one_stutter() -> None:
    samples = sounding()
    samples[5320:5960] = np.tile(samples[5000:5320], 2)

    assert measure(samples).num_stutters == 1


@pytest.mark.parametrize("hertz", [100, 440, 1000])
def test_tones_do_not_stutter(hertz: int) -> None:
    tone = np.round(9000 * np.sin(2 * np.pi * hertz * np.arange(16_000) / 16_000)) / 32768

    assert measure(tone) == NONE


@pytest.mark.parametrize("samples", [np.zeros(1), np.zeros(16_000), np.full(9, 0.1), sounding()[:50]])
def test_silence_and_snippets_have_none(samples: Samples) -> None:
    assert measure(samples) == NONE


def test_a_minute_takes_no_longer_than_its_length() -> None:
    silent_speech = np.zeros(60 * 16_000)
    silent_speech[::4000] = 0.1

    assert measure(silent_speech) == NONE
