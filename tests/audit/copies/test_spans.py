"""Parts of spans are those that `read_audio` gives, and a span is decoded once while it is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from unheard.audit.spans import Span, SpanReader
from unheard.errors import AudioError
from unheard.signal.audio_file import read_audio, write_audio

RATE = 16_000


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, 40 * RATE).astype(np.float32)
    write_audio(tmp_path / "a.wav", samples, RATE)
    return tmp_path / "a.wav"


@pytest.mark.parametrize("duration_s", [1.5, 35.0])
def test_a_part_is_the_same_as_read_alone(recording: Path, duration_s: float) -> None:
    reader = SpanReader()
    span = Span(recording, 0.7003, duration_s)

    for begin_s, length_s in ((0.0, duration_s), (0.25, 0.5), (1.1, 0.3), (1.4, duration_s)):
        samples, rate = reader.read(span, begin_s, length_s)
        inside_s = min(length_s, duration_s - begin_s)
        alone, _ = read_audio(recording, start_s=0.7003 + begin_s, duration_s=inside_s)
        assert rate == RATE
        np.testing.assert_array_equal(samples, alone)


def test_a_kept_span_is_not_decoded_again(recording: Path) -> None:
    reader = SpanReader()
    before, _ = reader.read(Span(recording, 0.0, 1.0), 0.0, 1.0)
    recording.unlink()

    np.testing.assert_array_equal(reader.read(Span(recording, 0.0, 1.0), 0.0, 1.0)[0], before)
    with pytest.raises(AudioError, match="does not exist"):
        reader.read(Span(recording, 0.0, 2.0), 0.0, 1.0)


def test_what_was_used_last_is_kept_up_to_a_number_of_bytes(recording: Path) -> None:
    reader = SpanReader(kept_bytes=2 * 4 * RATE)  # two seconds
    first, second, third = (Span(recording, float(start_s), 1.0) for start_s in range(3))
    for span in (first, second, first, third):
        reader.read(span, 0.0, 1.0)
    recording.unlink()

    reader.read(first, 0.0, 1.0)
    reader.read(third, 0.0, 1.0)
    with pytest.raises(AudioError, match="does not exist"):
        reader.read(second, 0.0, 1.0)
