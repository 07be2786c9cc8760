"""Recordings brought to a lower rate and back by three resamplers, none of which is the one that measures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray
from scipy.signal import butter, firwin, lfilter, resample_poly, sosfilt

from unheard.signal.bandwidth import MIN_MIRROR_CORRELATION, Bandwidth, measure_bandwidth
from unheard.signal.sound import Sound, read_sound

Samples = NDArray[np.float64]
NOTHING = Bandwidth(None, None, None, None)
KINDS = ("soxr", "polyphase", "linear")


def measure(samples: Samples, rate: int = 16_000) -> Bandwidth:
    """Of samples rounded to 16 bits, as a file holds them."""
    rounded = np.rint(np.clip(samples, -1, 0.9999) * 32_768) / 32_768
    return measure_bandwidth(Sound(rounded.astype(np.float32)[None], rate))


def upsample(samples: Samples, old: int, new: int, kind: str) -> Samples:
    if kind == "soxr":
        return np.asarray(soxr.resample(samples, old, new))
    if kind == "polyphase":
        divisor = np.gcd(old, new)
        return np.asarray(resample_poly(samples, new // divisor, old // divisor))
    times = np.arange(int(len(samples) * new / old)) / new
    return np.asarray(np.interp(times, np.arange(len(samples)) / old, samples))


def voice(rate: int, seconds: float = 1.0, seed: int = 0) -> Samples:
    """Noise with the slope of speech, that comes and goes."""
    random = np.random.default_rng(seed)
    time_s = np.arange(int(rate * seconds)) / rate
    sloped = sosfilt(butter(1, 1_500, fs=rate, output="sos"), random.standard_normal(len(time_s)))
    return np.asarray(0.2 * sloped * (0.05 + np.sin(2 * np.pi * 2 * time_s) ** 2))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (8_000, 16_000),
        (11_025, 16_000),
        (8_000, 48_000),
        (16_000, 44_100),
        (22_050, 44_100),
        (16_000, 48_000),
    ],
)
def test_the_rate_before_is_found(old: int, new: int, kind: str) -> None:
    found = measure(upsample(voice(old), old, new, kind), new)
    assert found.upsampled_from_hz == old
    assert found.bandwidth_hz == pytest.approx(old / 2, rel=0.1)


@pytest.mark.parametrize("kind", ["polyphase", "linear"])
@pytest.mark.parametrize("change", ["gain", "trimmed", "offset", "long"])
def test_images_survive_what_is_done_afterwards(kind: str, change: str) -> None:
    low = voice(8_000, 40.0 if change == "long" else 1.0)
    samples = upsample(low, 8_000, 16_000, kind)
    changed = {
        "gain": 0.3 * samples,
        "trimmed": samples[1_237:-411],
        "offset": samples + 0.1,
        "long": samples,
    }
    found = measure(changed[change])
    assert found.mirror_correlation is not None
    assert found.mirror_correlation > 2 * MIN_MIRROR_CORRELATION
    assert found.upsampled_from_hz == 8_000


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
def test_what_goes_up_to_the_top_has_all_of_its_band(rate: int) -> None:
    found = measure(voice(rate), rate)
    assert found.bandwidth_hz == rate / 2
    assert found.upsampled_from_hz is None
    assert (found.mirror_correlation or 0) < MIN_MIRROR_CORRELATION


@pytest.mark.parametrize("edge_hz", [3_400, 5_000, 6_300])
def test_an_edge_of_a_codec_is_found_at_its_place(edge_hz: float) -> None:
    samples = lfilter(firwin(401, edge_hz, fs=16_000), [1], voice(16_000, 3.0))
    found = measure(samples)
    assert found.bandwidth_hz == pytest.approx(edge_hz, rel=0.05)
    assert found.cliff_db is not None
    assert found.cliff_db > 10


def test_a_gentle_slope_is_no_edge() -> None:
    soft = sosfilt(butter(4, 3_000, fs=16_000, output="sos"), voice(16_000, 3.0))
    found = measure(soft + 3e-4 * np.random.default_rng(1).standard_normal(len(soft)))
    assert found.bandwidth_hz == 8_000


def test_clicks_and_buzz_are_no_images() -> None:
    random = np.random.default_rng(0)
    clicks = 1e-4 * random.standard_normal(16_000)
    clicks[4_000] = 0.9
    buzz = clicks + 0.05 * np.sin(2 * np.pi * 1_000 / 16_000 * np.arange(16_000))
    for samples in (clicks, buzz):
        assert measure(samples).upsampled_from_hz is None


@pytest.mark.parametrize(
    ("samples", "rate"),
    [(voice(16_000)[:2_000], 16_000), (np.zeros(16_000), 16_000), (voice(16_010), 16_010)],
    ids=["short", "silent", "odd rate"],
)
def test_what_cannot_be_told_is_null(samples: Samples, rate: int) -> None:
    assert measure(samples, rate) == NOTHING


def test_sound_that_sinks_into_rounding_noise_has_no_known_end() -> None:
    faint = sosfilt(butter(2, 700, fs=16_000, output="sos"), voice(16_000, 3.0)) * 2e-3
    assert measure(faint).bandwidth_hz is None


@pytest.mark.parametrize("kind", KINDS)
def test_real_recordings(data_dir: Path, kind: str) -> None:
    """All of forty at 8 kHz, and none of the same untouched."""
    files = sorted((data_dir / "wake_words" / "jarvis").glob("*.flac"))[:40]
    clips = [read_sound(file).samples.astype(np.float64) for file in files]
    narrow = [upsample(soxr.resample(clip, 16_000, 8_000), 8_000, 16_000, kind) for clip in clips]
    assert [measure(clip).upsampled_from_hz for clip in narrow] == [8_000] * 40
    assert [measure(clip).upsampled_from_hz for clip in clips] == [None] * 40
