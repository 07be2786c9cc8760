from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from unheard.errors import AudioError
from unheard.signal.audio_file import write_audio
from unheard.signal.sound import Sound, read_sound


def test_mono_is_the_mean_of_the_channels() -> None:
    sound = Sound(np.array([[0.5, 0.25], [-0.5, 0.75]], np.float32), 8_000)
    assert sound.samples.tolist() == [0.0, 0.5]
    assert sound.duration_s == 2 / 8_000


def test_samples_in_ascending_order() -> None:
    sound = Sound(np.array([[0.5, 0.25], [-0.5, 0.75]], np.float32), 8_000)

    assert sound.ascending_channels.tolist() == [[0.25, 0.5], [-0.5, 0.75]]
    assert sound.ascending.tolist() == [0.0, 0.5]
    assert sound.sample_step == 0.5
    assert Sound(np.ones((1, 9), np.float32), 8_000).sample_step is None


def test_at_16_khz_nothing_is_resampled() -> None:
    sound = Sound(np.ones((1, 100), np.float32), 16_000)
    assert sound.samples_16k is sound.samples


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100])
def test_samples_at_16_khz(rate: int) -> None:
    sound = Sound(np.zeros((2, rate), np.float32), rate)
    assert len(sound.samples_16k) == 16_000


@pytest.mark.parametrize(("rate", "hop"), [(8_000, 256), (16_000, 512), (48_000, 1_536)])
def test_the_mask_covers_the_samples_of_a_hop(rate: int, hop: int) -> None:
    speech = np.array([0.1, 0.9, 0.5, 0.2], np.float32)
    sound = Sound(np.zeros((1, 4 * hop + 7), np.float32), rate, speech=speech)
    mask = sound.speech_mask
    assert mask is not None
    assert np.flatnonzero(mask).tolist() == list(range(hop, 3 * hop))
    assert Sound(np.zeros((1, 4), np.float32), rate).speech_mask is None


def test_a_span_is_read(tmp_path: Path) -> None:
    write_audio(tmp_path / "a.flac", np.linspace(-0.5, 0.5, 16_000, dtype=np.float32), 16_000)
    sound = read_sound(tmp_path / "a.flac", start_s=0.25, duration_s=0.5)
    assert (sound.duration_s, sound.format, sound.subtype) == (0.5, "FLAC", "PCM_16")
    assert sound.samples[0] == pytest.approx(-0.25, abs=1e-4)


def test_what_does_not_decode_is_an_audio_error(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"<html>")
    with pytest.raises(AudioError, match=r"a\.wav"):
        read_sound(tmp_path / "a.wav")
