"""MP3 and Opus: real bit rates by the size of files, nothing moved in time, treble gone as it must."""

import numpy as np
import pytest
import soundfile

from unheard.diagnose.stressors import mp3, opus

RATE = 16000


@pytest.fixture(scope="module")
def noise():
    """Ten seconds of noise that wanders in level, so that it can be found in time."""
    random = np.random.default_rng(2)
    wander = np.interp(np.arange(10 * RATE), np.arange(0, 10 * RATE + 1600, 1600), random.uniform(0, 1, 101))
    pink = np.fft.irfft(np.fft.rfft(random.standard_normal(10 * RATE)) / (1 + np.arange(5 * RATE + 1) / 5000))
    return (0.2 * wander * pink / pink.std()).astype(np.float32).clip(-1, 1)


def lag_samples(before, after):
    spectrum = np.fft.rfft(after, 2 * len(before)) * np.fft.rfft(before, 2 * len(before)).conj()
    place = int(np.fft.irfft(spectrum).argmax())
    return place if place < len(before) else place - 2 * len(before)


@pytest.mark.parametrize("kbit_s", [8, 16, 24, 32, 48, 64, 128])
def test_mp3_files_have_the_stated_bit_rate(noise, kbit_s):
    content = mp3.as_mp3(noise, RATE, kbit_s)
    assert len(content) * 8 / 10 / 1000 == pytest.approx(kbit_s, rel=0.02)


@pytest.mark.parametrize("kbit_s", [6, 12, 24])
def test_opus_files_have_about_the_stated_bit_rate(noise, kbit_s):
    """The rate varies, and Ogg takes some."""
    content = opus.as_opus(noise, RATE, kbit_s)
    assert kbit_s * 0.75 <= len(content) * 8 / 10 / 1000 <= kbit_s * 1.25 + 4


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100])
@pytest.mark.parametrize("kbit_s", [16, 32, 48, 64])
def test_mp3_moves_nothing_in_time(noise, rate, kbit_s):
    """With and without LAME's note of what it put before."""
    low, high = mp3.limits_kbit_s(rate)
    samples = noise[: rate + 7]
    found = mp3.decoded(samples, rate, min(max(kbit_s, low), high))
    assert len(found) == len(samples)
    assert lag_samples(samples, found) == 0


@pytest.mark.parametrize("kbit_s", [6, 12, 24])
def test_opus_moves_nothing_in_time(noise, kbit_s):
    samples = noise[: RATE + 7]
    found = opus.decoded(samples, RATE, kbit_s)
    assert len(found) == len(samples)
    assert abs(lag_samples(samples, found)) <= 1


def test_clips_at_a_rate_that_no_codec_has_come_back_in_place(noise):
    clips = noise[:40000].reshape(4, 10000)
    for stressor in (mp3.mp3(10000), opus.opus()):
        found = stressor.apply(clips, 10000, stressor.severities[0], np.random.default_rng(0))
        assert found.shape == clips.shape
        assert all(abs(lag_samples(a, b)) <= 1 for a, b in zip(clips, found, strict=True))


def test_fewer_bits_lose_more(clips):
    for stressor in (mp3.mp3(RATE), opus.opus()):
        errors = [
            np.square(stressor.apply(clips[:6], RATE, severity, np.random.default_rng(0)) - clips[:6]).mean()
            for severity in stressor.severities
        ]
        assert errors == sorted(errors)
        assert errors[0] < 0.2 * np.square(clips[:6]).mean()


def test_at_48_khz_mp3_begins_at_32_kbit_s():
    assert mp3.mp3(48000).severities == (64.0, 48.0, 32.0)
    assert mp3.mp3(RATE).severities == (32.0, 16.0, 8.0)


def test_a_libsndfile_without_codecs_leaves_them_out(monkeypatch):
    monkeypatch.setattr(soundfile, "available_formats", lambda: {"WAV": ""})
    monkeypatch.setattr(soundfile, "available_subtypes", lambda format: {"VORBIS": ""})
    assert mp3.mp3(RATE) is None
    assert opus.opus() is None
