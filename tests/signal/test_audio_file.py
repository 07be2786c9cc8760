from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from unheard.errors import AudioError
from unheard.signal.audio_file import (
    WHOLE_FILE_BYTES,
    AudioInfo,
    probe_audio,
    read_audio,
    to_int16,
    write_audio,
)

CODINGS = [
    ("WAV", "PCM_U8", 2 / 256),
    ("WAV", "PCM_16", 2 / 32768),
    ("WAV", "PCM_24", 1e-6),
    ("WAV", "PCM_32", 1e-6),
    ("WAV", "FLOAT", 0),
    ("WAV", "DOUBLE", 0),
    ("WAVEX", "PCM_16", 2 / 32768),
    ("FLAC", "PCM_16", 2 / 32768),
    ("FLAC", "PCM_24", 1e-6),
    ("AIFF", "PCM_16", 2 / 32768),
    ("OGG", "VORBIS", 0.02),
    ("OGG", "OPUS", 0.05),
    ("MP3", "MPEG_LAYER_III", 0.05),
]


@pytest.mark.parametrize(("container", "subtype", "tolerance"), CODINGS)
def test_every_coding_reads_as_what_was_written(tone, encode, container, subtype, tolerance) -> None:
    content = encode(tone, container, subtype)

    samples, sample_rate = read_audio(content)

    assert (samples.dtype, samples.shape, sample_rate) == (np.float32, tone.shape, 16000)
    middle = slice(1000, -1000)  # lossy codecs smear the edges
    assert np.abs(samples - tone)[middle].max() <= tolerance


@pytest.mark.parametrize(("container", "subtype", "tolerance"), CODINGS)
def test_the_probe_agrees_with_what_is_read(tone, encode, container, subtype, tolerance) -> None:
    info = probe_audio(encode(tone, container, subtype))

    assert info == AudioInfo(16000, 1, 16000, info.format, subtype)
    assert info.duration_s == 1.0


@pytest.mark.parametrize(
    "name", ["really_flac.wav", "really_flac.mp3", "really_flac.raw", "really_flac", "ä ü.wav"]
)
def test_content_decides_not_the_name(tmp_path: Path, tone, encode, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(encode(tone, "FLAC"))

    assert probe_audio(path).format == "FLAC"
    assert len(read_audio(path)[0]) == 16000


def test_an_mp3_named_wav_reads(tmp_path: Path, tone, encode) -> None:
    path = tmp_path / "voice.wav"
    path.write_bytes(encode(tone, "MP3"))

    assert probe_audio(path).format == "MP3"
    assert len(read_audio(path)[0]) == 16000


def test_channels_become_their_mean(encode) -> None:
    stereo = np.stack([np.full(1000, 0.5), np.full(1000, -0.25)], axis=1).astype(np.float32)

    samples, _ = read_audio(encode(stereo, "WAV", "FLOAT"))

    np.testing.assert_array_equal(samples, np.full(1000, 0.125, np.float32))
    assert probe_audio(encode(stereo, "WAV", "FLOAT")).num_channels == 2


@pytest.mark.parametrize("sample_rate", [8000, 11025, 12345, 22050, 44100, 48000, 96000])
def test_any_rate_comes_out_at_the_working_rate(encode, sample_rate: int) -> None:
    time_s = np.arange(sample_rate) / sample_rate
    recorded = (0.5 * np.sin(2 * np.pi * 440 * time_s)).astype(np.float32)

    samples, rate = read_audio(encode(recorded, "WAV", "FLOAT", sample_rate), sample_rate=16000)

    expected = 0.5 * np.sin(2 * np.pi * 440 * np.arange(16000) / 16000)
    assert (rate, len(samples)) == (16000, 16000)
    np.testing.assert_allclose(samples[500:-500], expected[500:-500], atol=1e-3)


@pytest.mark.parametrize("container", ["WAV", "FLAC", "OGG", "MP3"])
def test_a_span_is_the_same_piece_of_the_whole(tone, encode, container: str) -> None:
    content = encode(tone, container)
    whole, _ = read_audio(content)

    piece, _ = read_audio(content, start_s=0.25, duration_s=0.5)

    np.testing.assert_allclose(piece, whole[4000:12000], atol=1e-4)


def test_a_span_may_end_a_little_late_but_not_more(tone, encode) -> None:
    content = encode(tone, "WAV")

    assert len(read_audio(content, start_s=0.5, duration_s=0.54)[0]) == 8000
    with pytest.raises(AudioError, match=r"the span \[0.500, 1.100\] s is not inside its 1.000 s"):
        read_audio(content, start_s=0.5, duration_s=0.6)


@pytest.mark.parametrize(("start_s", "duration_s"), [(-0.1, None), (1.0, None), (5.0, 1.0), (0.0, 0.0)])
def test_a_span_outside_is_refused(tone, encode, start_s: float, duration_s: float | None) -> None:
    with pytest.raises(AudioError, match=r"is not inside its 1\.000 s"):
        read_audio(encode(tone, "WAV"), start_s=start_s, duration_s=duration_s)


def test_a_large_file_is_read_from_disk(tmp_path: Path) -> None:
    ramp = (np.arange(WHOLE_FILE_BYTES // 2) % 30000).astype(np.int16)
    soundfile.write(tmp_path / "long.wav", np.stack([ramp, ramp], axis=1), 48000)

    samples, _ = read_audio(tmp_path / "long.wav")

    np.testing.assert_array_equal(samples * 32768, ramp)


def test_a_long_mp3_has_no_seams(encode) -> None:
    noise = np.random.default_rng(0).uniform(-0.3, 0.3, 16000 * 120).astype(np.float32)
    content = encode(noise, "MP3")
    expected, _ = soundfile.read(io.BytesIO(content), dtype="float32")

    samples, _ = read_audio(content)

    np.testing.assert_allclose(samples, expected, atol=1e-5)


@pytest.mark.parametrize("name", ["out.flac", "out.wav", "new/folder/out.FLAC"])
def test_written_16_bit_samples_come_back_exactly(tmp_path: Path, name: str) -> None:
    samples = np.arange(-32768, 32768, dtype=np.float32) / 32768

    write_audio(tmp_path / name, samples, 22050)

    again, sample_rate = read_audio(tmp_path / name)
    np.testing.assert_array_equal(again, samples)
    assert sample_rate == 22050
    assert [path.name for path in (tmp_path / name).parent.iterdir()] == [Path(name).name]


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"written as .flac or .wav, not as '.mp3'"):
        write_audio(tmp_path / "out.mp3", np.zeros(10, np.float32), 16000)
    with pytest.raises(AudioError, match="not finite; nothing was written"):
        write_audio(tmp_path / "out.wav", np.array([0, np.nan], np.float32), 16000)
    assert list(tmp_path.iterdir()) == []


@given(hnp.arrays(np.float32, st.integers(0, 50), elements=st.floats(-4, 4, width=32)))
def test_16_bits_round_and_clip(samples) -> None:
    expected = [min(32767, max(-32768, round(float(sample) * 32768))) for sample in samples]

    assert to_int16(samples).tolist() == expected
