from __future__ import annotations

import functools
import io

import numpy as np
import pytest
import soundfile
import soxr
from numpy.typing import NDArray

from unheard.signal.clipping import Clipping, measure_clipping
from unheard.signal.sound import Sound

RATE = 16_000
Samples = NDArray[np.float32]


@functools.cache
def babble(seed: int, num_samples: int = RATE) -> Samples:
    """Bursts of coloured noise with a pitch: amplitudes fall off as those of speech do."""
    random = np.random.default_rng(seed)
    time_s = np.arange(num_samples) / RATE
    voice = sum(
        np.sin(2 * np.pi * (110 + 3 * np.sin(9 * time_s)) * k * time_s + random.uniform(0, 6)) / k
        for k in range(1, 30)
    )
    envelope = np.abs(np.interp(time_s, np.linspace(0, time_s[-1], 12), random.gamma(0.7, 1, 12)))
    noise = random.standard_normal(num_samples)
    return quantised((voice * envelope + 0.02 * noise) / 30)


def quantised(samples: Samples) -> Samples:
    return (np.round(samples * 32768) / 32768).astype(np.float32)


def cut(samples: Samples, share: float) -> Samples:
    limit = np.quantile(np.abs(samples), 1 - share)
    return samples.clip(-limit, limit)


def measure(samples: Samples, rate: int = RATE) -> Clipping:
    return measure_clipping(Sound(np.atleast_2d(samples).astype(np.float32), rate))


@pytest.mark.parametrize("share", [0.002, 0.01, 0.05])
@pytest.mark.parametrize("peak", [1.0, 0.3, 0.01])
def test_what_is_cut_is_counted_at_any_level(share: float, peak: float) -> None:
    clipped = cut(babble(1), share)
    level_dbfs = 20 * np.log10(peak)

    found = measure(quantised(clipped * (peak / clipped.max())))

    assert found.clipped_share == pytest.approx(share, rel=0.25)
    assert found.clipped_level_dbfs == pytest.approx(level_dbfs, abs=0.1)


def test_the_longest_run_is_told() -> None:
    samples = 0.5 * babble(2) / np.abs(babble(2)).max()
    samples[4000:4037] = samples[9000:9009] = 0.6

    found = measure(samples)

    assert found.longest_clipped_run_samples == 37
    assert found.clipped_share == pytest.approx(46 / RATE)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("gain", [1.0, 0.02, 0.002])
def test_what_nobody_cut_is_quiet(seed: int, gain: float) -> None:
    found = measure(quantised(babble(seed) * gain))

    assert not found.clipped_share
    assert (found.clipping_histogram or 0) < 4
    assert found.clipped_level_dbfs is None


@pytest.mark.parametrize("hertz", [20, 110, 440, 1000])
def test_a_sine_is_not_clipped(hertz: int) -> None:
    """The arcsine law: a sine has twice as many samples in the next nine steps as in the first, and more."""
    sine = 0.7 * np.sin(2 * np.pi * hertz * (1 + 1e-4) * np.arange(RATE) / RATE)

    assert measure(quantised(sine)).clipped_share == 0


def test_an_offset_that_was_added_afterwards_does_not_hide_it() -> None:
    assert measure(cut(babble(3), 0.01) + 0.1).clipped_share == pytest.approx(0.01, rel=0.1)


def test_one_polarity_is_enough() -> None:
    samples = babble(4)
    assert measure(samples.clip(None, np.quantile(samples, 0.99))).clipped_share == pytest.approx(
        0.01, rel=0.1
    )


def test_the_worst_channel_counts() -> None:
    stereo = np.stack([babble(5), cut(babble(5), 0.02)])
    assert measure(stereo).clipped_share == pytest.approx(0.02, rel=0.1)


@pytest.mark.parametrize(
    "samples",
    [np.zeros(RATE), np.full(RATE, 0.3), np.tile([0.5, -0.5], 8000), np.zeros(1), np.array([0.2, -0.1])],
)
def test_silence_constants_and_squares_are_not_clipped(samples: Samples) -> None:
    assert not measure(samples).clipped_share


def test_few_levels_cannot_be_told() -> None:
    found = measure(np.round(babble(6) / babble(6).max() * 9) / 32768)

    assert (found.clipped_share, found.longest_clipped_run_samples) == (None, None)
    assert found.clipping_histogram is None


def resampled(samples: Samples) -> Samples:
    return np.asarray(soxr.resample(samples, RATE, 24_000), np.float32)


def through_ogg(samples: Samples) -> Samples:
    stream = io.BytesIO()
    soundfile.write(stream, samples / np.abs(samples).max() / 2, RATE, format="OGG", subtype="VORBIS")
    stream.seek(0)
    return np.asarray(soundfile.read(stream, dtype="float32")[0])


@pytest.mark.parametrize("change", [resampled, through_ogg])
def test_a_smeared_top_leaves_a_hump(change: type) -> None:
    plain = [measure(change(babble(seed))).clipping_histogram for seed in range(5)]
    clipped = [measure(change(cut(babble(seed), 0.05))).clipping_histogram for seed in range(5)]

    assert max(plain, key=float) < 4 < min(clipped, key=float)
