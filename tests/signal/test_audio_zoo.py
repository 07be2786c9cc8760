"""Every way for a recording to be broken, and the words it is told with."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unheard.errors import AudioError
from unheard.signal.audio_file import probe_audio, read_audio

Make = Callable[..., bytes]


def _noise(num_samples: int = 16000) -> np.ndarray:
    return np.random.default_rng(0).uniform(-0.5, 0.5, num_samples).astype(np.float32)


def _half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _stated_data_bytes(content: bytes, stated: int) -> bytes:
    """A WAV whose header states another length of its data."""
    position = content.index(b"data") + 4
    return content[:position] + struct.pack("<I", stated) + content[position + 4 :]


def _of_unknown_length(flac: bytes) -> bytes:
    """A FLAC as a pipe writes it: STREAMINFO states 0 samples."""
    content = bytearray(flac)
    content[21] &= 0xF0
    content[22:26] = bytes(4)
    return bytes(content)


UNUSABLE: dict[str, tuple[Callable[[Make], bytes], str]] = {
    "empty": (lambda encode: b"", r"is empty \(0 bytes\)"),
    "0 samples, wav": (lambda encode: encode(_noise(0), "WAV"), "has 0 samples"),
    "0 samples, ogg": (lambda encode: encode(_noise(0), "OGG"), "has 0 samples"),
    "garbage": (lambda encode: np.random.default_rng(1).bytes(5000), "of no format that libsndfile knows"),
    "text": (lambda encode: b"hello world\n" * 50, "is text, not audio"),
    "web page": (lambda encode: b"<!DOCTYPE html><html>404</html>", "is a web page"),
    "lfs pointer": (lambda encode: b"version https://git-lfs.github.com/spec/v1\noid", "run: git lfs pull"),
    "m4a": (lambda encode: b"\0\0\0\x20ftypM4A " + bytes(500), r"is MP4/M4A \(AAC\).*ffmpeg"),
    "header alone, wav": (lambda encode: encode(_noise(), "WAV")[:30], "begins like WAV"),
    "header alone, flac": (lambda encode: encode(_noise(), "FLAC")[:60], "begins like FLAC"),
    "header alone, ogg": (lambda encode: encode(_noise(), "OGG")[:60], "begins like OGG"),
    "half, wav": (
        lambda encode: _half(encode(_noise(), "WAV")),
        "promises 32000 bytes of audio, 15978 are there",
    ),
    "half, aiff": (lambda encode: _half(encode(_noise(), "AIFF")), "is truncated"),
    "half, au": (lambda encode: _half(encode(_noise(), "AU")), "is truncated"),
    "half, float64": (lambda encode: _half(encode(_noise(), "WAV", "DOUBLE")), "promises 128000 bytes"),
    "half, flac": (lambda encode: _half(encode(_noise(), "FLAC")), "is truncated"),
    "half, mp3": (lambda encode: _half(encode(_noise(), "MP3")), "is truncated"),
    "nearly whole, flac": (lambda encode: encode(_noise(), "FLAC")[:-2000], "is truncated"),
    "no length": (lambda encode: _of_unknown_length(encode(_noise(), "FLAC")), "does not state its length"),
    "rate of 10 Hz": (lambda encode: encode(_noise(), "WAV", None, 10), "sample rate of 10 Hz; possible are"),
}
UNREADABLE = {
    "nan": (lambda encode: encode(np.array([0, np.nan] * 99, np.float32), "WAV", "FLOAT"), "not finite"),
    "infinity": (lambda encode: encode(np.array([0, np.inf] * 99), "WAV", "DOUBLE"), "not finite"),
    "too large for float32": (
        lambda encode: encode(np.array([0, 1e300] * 99), "WAV", "DOUBLE"),
        "not finite",
    ),
}


@pytest.mark.filterwarnings("ignore:overflow encountered")
@pytest.mark.parametrize("kind", [*UNUSABLE, *UNREADABLE])
def test_reading_tells_what_is_wrong(tmp_path: Path, encode: Make, kind: str) -> None:
    make, reason = (UNUSABLE | UNREADABLE)[kind]
    path = tmp_path / "clip.wav"
    path.write_bytes(make(encode))

    with pytest.raises(AudioError, match=reason) as from_path:
        read_audio(path)
    with pytest.raises(AudioError, match=reason):
        read_audio(path.read_bytes())

    assert str(from_path.value).startswith(f"Recording '{path}': ")
    assert str(from_path.value).endswith(".")


@pytest.mark.parametrize("kind", UNUSABLE)
def test_the_probe_tells_it_too_without_decoding(tmp_path: Path, encode: Make, kind: str) -> None:
    make, _ = UNUSABLE[kind]
    path = tmp_path / "clip.wav"
    path.write_bytes(make(encode))

    with pytest.raises(AudioError):
        probe_audio(path)


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "link.wav").symlink_to(tmp_path / "gone.wav")

    for path, reason in [(tmp_path / "link.wav", "does not exist"), (tmp_path, "is no regular file")]:
        with pytest.raises(AudioError, match=reason):
            probe_audio(path)
        with pytest.raises(AudioError, match=reason):
            read_audio(path)


@pytest.mark.parametrize("stated", [0xFFFFFFFF, 0x7FFFFFFF])
def test_a_wav_from_a_pipe_states_no_length_and_is_whole(encode: Make, stated: int) -> None:
    content = _stated_data_bytes(encode(_noise(), "WAV"), stated)

    assert probe_audio(content).num_samples == 16000
    assert len(read_audio(content)[0]) == 16000


def test_a_header_that_counts_itself_is_forgiven(encode: Make) -> None:
    content = _stated_data_bytes(encode(_noise(), "WAV"), 32000 + 44)

    assert len(read_audio(content)[0]) == 16000


def test_a_lying_header_does_not_take_all_memory(encode: Make) -> None:
    flac = bytearray(encode(_noise(), "FLAC"))
    flac[21] |= 0x0F
    flac[22:26] = b"\xff\xff\xff\xff"  # 2**36 - 1 samples

    with pytest.raises(AudioError, match=r"truncated|does not fit into memory"):
        read_audio(bytes(flac))


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(["WAV", "FLAC", "OGG", "AIFF"]),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=6),
    kept=st.floats(0, 1),
)
def test_damaged_bytes_read_or_are_told_of(encode: Make, kind: str, changes, kept: float) -> None:
    content = bytearray(encode(_noise(2000), kind))
    for where, value in changes:
        content[int(where**3 * (len(content) - 1))] = value  # mostly in the header
    damaged = bytes(content[: max(1, int(kept * len(content)))])

    try:
        samples, _ = read_audio(damaged)
    except AudioError:
        return
    assert len(samples) > 0
    assert np.isfinite(samples).all()
