"""Audio files in and out: WAV, FLAC, OGG, MP3 and what else libsndfile knows, told apart by content.

A file's name is never asked what the file is: a FLAC named `.wav` reads, a web page named `.wav` is an
`AudioError` that says so. Every `AudioError` reads "Recording 'name': reason."
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from unheard.errors import AudioError
from unheard.files import replacing
from unheard.signal.mp3_header import missing_bytes
from unheard.signal.resample import resample
from unheard.signal.sniff import guess_content
from unheard.units import samples_to_seconds, seconds_to_samples

SPAN_SLACK_S = 0.05  # a span may end this much after its recording: annotations are rounded
HEADER_SLACK_BYTES = 64  # some writers count the header into the length of the data
LENGTH_UNKNOWN_BYTES = 0x7FFF0000  # programs that write to a pipe state this much or more
LENGTH_UNKNOWN_SAMPLES = 1 << 62  # libsndfile states 2**63 - 1 for a streamed FLAC
WHOLE_FILE_BYTES = 4 << 20  # up to here one read of all bytes is faster than libsndfile's many small ones
MIN_SAMPLE_RATE, MAX_SAMPLE_RATE = 1_000, 768_000  # Hz; a header beyond is damaged

_COMPRESSED = {"FLAC", "OGG", "MP3"}
# what libsndfile logs when it shortens a file in silence: stated bytes, bytes that are there
_SHORTENED = re.compile(r"^ *(?:data|SSND|Data Size) *: (\d+) \(should be (\d+)\)", re.MULTILINE)


@dataclass(frozen=True)
class AudioInfo:
    """What the header of a recording states."""

    sample_rate: int  # Hz
    num_channels: int
    num_samples: int  # per channel
    format: str  # container, as libsndfile names it: "WAV", "FLAC", "OGG", "MP3"
    subtype: str  # coding: "PCM_16", "DOUBLE", "VORBIS"

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return samples_to_seconds(self.num_samples, self.sample_rate)


def probe_audio(source: Path | bytes) -> AudioInfo:
    """Header of a recording, without decoding it; raises `AudioError` with the reason if it cannot be used.

    Truncation is seen where that is cheap: in the headers of WAV and MP3, at the last sample of FLAC.
    OGG, RF64 and W64 state no length that could be missed: cut short, they are short recordings.
    """
    with _opened(source) as (file, stream):
        info = _info(file)
        if not _is_whole(file, stream):
            raise _Unusable(f"is truncated: its header promises {info.duration_s:.3f} s, the end is missing")
        return info


def read_audio(
    source: Path | bytes,
    *,
    start_s: float = 0.0,
    duration_s: float | None = None,
    sample_rate: int | None = None,
) -> tuple[NDArray[np.float32], int]:
    """Mono samples `(num_samples,)`, mean of the channels, and their sample rate.

    `start_s` and `duration_s` cut a span out of the recording; `sample_rate` resamples it (soxr HQ).
    Raises `AudioError` for what cannot be decoded completely, for samples that are not finite and for a span
    that is not inside the recording.
    """
    channels, info = read_channels(source, start_s=start_s, duration_s=duration_s)
    samples = channels[0] if len(channels) == 1 else channels.mean(axis=0, dtype=np.float32)
    if sample_rate is None or sample_rate == info.sample_rate:
        return samples, info.sample_rate
    return resample(samples, info.sample_rate, sample_rate), sample_rate


def read_channels(
    source: Path | bytes, *, start_s: float = 0.0, duration_s: float | None = None
) -> tuple[NDArray[np.float32], AudioInfo]:
    """Every channel of a span `(num_channels, num_samples)`, and the header; raises as `read_audio` does."""
    with _opened(source, whole=True) as (file, _):
        info = _info(file)
        first, count = _span(info, start_s, duration_s)
        return _decode(file, first, count), info


def write_audio(path: Path, samples: NDArray[np.float32], sample_rate: int) -> None:
    """Write `(num_samples,)` as 16-bit FLAC or WAV, by suffix; the file appears complete or not at all."""
    container = {".flac": "FLAC", ".wav": "WAV"}.get(path.suffix.lower())
    if container is None:
        raise AudioError(f"Recording '{path}': can be written as .flac or .wav, not as '{path.suffix}'.")
    if not np.isfinite(samples).all():
        raise AudioError(f"Recording '{path}': has samples that are not finite; nothing was written.")
    with replacing(path) as partial:
        soundfile.write(str(partial), to_int16(samples), sample_rate, "PCM_16", format=container)


def to_int16(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    """16-bit samples; 1.0 is 32768 and is clipped to 32767. `x / 32768` undoes it exactly."""
    scaled = np.rint(samples * np.float32(32768)).clip(-32768, 32767)
    return np.asarray(scaled, dtype=np.int16)


class _Unusable(Exception):
    """Reason why a recording cannot be used; becomes an `AudioError` that names the recording."""


class _Memory(io.BytesIO):
    """Bytes as a file. A jump before its beginning, as damaged headers ask for, goes nowhere."""

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        try:
            return super().seek(offset, whence)
        except (ValueError, OverflowError):
            return self.tell()


@contextmanager
def _opened(source: Path | bytes, *, whole: bool = False) -> Iterator[tuple[Any, Any]]:
    """The open `SoundFile` and the stream below it; what fails inside is an `AudioError` with the name."""
    name = "in memory" if isinstance(source, bytes) else str(source)
    try:
        with _as_stream(source, whole) as stream, _open_sound(stream) as file:
            yield file, stream
    except _Unusable as error:
        raise AudioError(f"Recording '{name}': {error}.") from None
    except soundfile.LibsndfileError as error:
        reason = f"decoding stopped: {error.error_string.strip().rstrip('.')}"
        raise AudioError(f"Recording '{name}': is truncated or damaged ({reason}).") from None
    except MemoryError:
        raise AudioError(f"Recording '{name}': states a length that does not fit into memory.") from None
    except OSError as error:
        raise AudioError(f"Recording '{name}': cannot be read: {error.strerror or error}.") from None


def _as_stream(source: Path | bytes, whole: bool) -> Any:
    if isinstance(source, bytes):
        return _Memory(source)
    if not source.exists():
        raise _Unusable("does not exist")
    if not source.is_file():
        raise _Unusable("is no regular file")
    if whole and source.stat().st_size <= WHOLE_FILE_BYTES:
        return _Memory(source.read_bytes())
    return source.open("rb", buffering=0)


def _open_sound(stream: Any) -> Any:
    """`SoundFile` on a stream. An open file goes in as its descriptor: quick, and no name to guess from."""
    head = stream.read(512)
    stream.seek(0)
    if not head:
        raise _Unusable("is empty (0 bytes)")
    handle = stream if isinstance(stream, _Memory) else stream.fileno()
    try:
        return soundfile.SoundFile(handle, closefd=False)
    except soundfile.LibsndfileError:
        raise _Unusable(guess_content(head) or "is of no format that libsndfile knows") from None


def _info(file: Any) -> AudioInfo:
    """Header of an open file; raises if there is nothing in it to use."""
    info = AudioInfo(file.samplerate, file.channels, file.frames, file.format, file.subtype)
    if info.num_samples <= 0:
        raise _Unusable("has 0 samples")
    if info.num_samples > LENGTH_UNKNOWN_SAMPLES:
        raise _Unusable("does not state its length (streamed); write it anew, e.g. ffmpeg -i OLD NEW.flac")
    if not MIN_SAMPLE_RATE <= info.sample_rate <= MAX_SAMPLE_RATE:
        allowed = f"{MIN_SAMPLE_RATE} to {MAX_SAMPLE_RATE} Hz"
        raise _Unusable(f"states a sample rate of {info.sample_rate} Hz; possible are {allowed}")
    if info.format not in _COMPRESSED:
        _require_whole(file.extra_info)
    return info


def _require_whole(log: str) -> None:
    """Raise if libsndfile shortened an uncompressed file, as its log tells."""
    shortened = _SHORTENED.search(log)
    if shortened is None:
        return
    stated, present = int(shortened[1]), int(shortened[2])
    if stated < LENGTH_UNKNOWN_BYTES and stated - present > HEADER_SLACK_BYTES:
        raise _Unusable(f"is truncated: its header promises {stated} bytes of audio, {present} are there")


def _is_whole(file: Any, stream: Any) -> bool:
    """Whether a compressed recording goes on to its end, as far as that can be seen without decoding it."""
    if file.format == "MP3":  # a jump to its end would print libmpg123's complaints
        return missing_bytes(stream) == 0
    try:
        file.seek(file.frames - 1)
        return len(file.read(1, dtype="float32")) == 1
    except soundfile.LibsndfileError:
        return False


def _span(info: AudioInfo, start_s: float, duration_s: float | None) -> tuple[int, int]:
    """First sample and number of samples of a span; raises if it is not inside the recording."""
    first = seconds_to_samples(start_s, info.sample_rate)
    rest = info.num_samples - first
    wanted = rest if duration_s is None else seconds_to_samples(duration_s, info.sample_rate)
    slack = seconds_to_samples(SPAN_SLACK_S, info.sample_rate)
    if first < 0 or rest <= 0 or wanted <= 0 or wanted > rest + slack:
        end_s = start_s + samples_to_seconds(wanted, info.sample_rate)
        raise _Unusable(f"the span [{start_s:.3f}, {end_s:.3f}] s is not inside its {info.duration_s:.3f} s")
    return first, min(wanted, rest)


def _decode(file: Any, first: int, count: int) -> NDArray[np.float32]:
    """Samples `(num_channels, count)` from sample `first` on.

    An MP3 is decoded from its beginning and in one go: after a jump, and soundfile jumps after each read,
    its first frames miss what earlier ones hold for them.
    """
    if first and file.format != "MP3":
        file.seek(first)
    skipped = first if file.format == "MP3" else 0
    samples = file.read(skipped + count, dtype="float32", always_2d=True)[skipped:]
    if len(samples) < count:
        decoded = f"{first + len(samples)} of the {first + count} samples"
        raise _Unusable(f"is truncated: {decoded} that its header promises decode")
    if not np.isfinite(samples).all():
        raise _Unusable("has samples that are not finite (NaN or infinity)")
    return np.ascontiguousarray(samples.T)
