"""Two clips compared by their samples: offset, level and likeness are those that were made."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from unheard.audit.same_audio import Likeness, compare
from unheard.audit.spans import Span
from unheard.errors import AudioError
from unheard.signal.audio_file import read_audio
from unheard.signal.resample import resample

RATE = 16_000
Samples = NDArray[np.float32]
Speak = Callable[..., Samples]


def as_file(samples: Samples, rate: int = RATE, container: str = "WAV", subtype: str = "FLOAT") -> bytes:
    stream = io.BytesIO()
    soundfile.write(stream, samples, rate, subtype, format=container)
    return stream.getvalue()


def look(first: Samples, second: Samples, offset_s: float, second_rate: int = RATE) -> Likeness:
    spans = (
        Span(as_file(first), 0.0, len(first) / RATE),
        Span(as_file(second, second_rate), 0.0, len(second) / second_rate),
    )
    return compare(*spans, offset_s)


def test_a_cut_at_another_level_is_a_copy_at_its_exact_offset(speak: Speak) -> None:
    sound = speak(1)
    found = look(sound, 0.5 * sound[3211:13000], 0.19)
    assert found.is_copy
    assert found.offset_s == pytest.approx(3211 / RATE, abs=2e-5)
    assert found.gain_db == pytest.approx(-6.02, abs=0.05)
    assert (found.correlation, found.coherence) == pytest.approx((1, 1), abs=2e-3)
    assert found.overlap_s == pytest.approx(9789 / RATE, abs=0.021)


def test_the_order_of_two_clips_turns_the_offset_round(speak: Speak) -> None:
    sound = speak(2)
    assert look(sound[1600:], sound, -0.11).offset_s == pytest.approx(-0.1, abs=2e-5)


def test_a_turned_sign_and_another_rate_are_no_difference(speak: Speak) -> None:
    sound = speak(3)
    found = look(sound, -resample(sound[800:], RATE, 11_025), 0.05, 11_025)
    assert found.is_copy
    assert found.correlation > 0.99
    assert found.offset_s == pytest.approx(0.05, abs=1e-4)


def test_white_noise_lowers_the_correlation_as_its_power_says_and_not_the_coherence(speak: Speak) -> None:
    sound = speak(4)
    noise = np.random.default_rng(4).standard_normal(RATE).astype(np.float32)
    noise *= np.sqrt(np.mean(sound**2) / np.mean(noise**2) / 10)  # 10 dB, of which 40 % in the band
    found = look(sound, sound + noise, 0.0)
    assert found.correlation == pytest.approx(1 / np.sqrt(1 + 0.1 * 3200 / 8000), abs=0.01)
    assert found.coherence > 0.93
    assert found.is_copy


def test_other_sounds_are_no_copies(speak: Speak) -> None:
    found = [look(speak(2 * seed), speak(2 * seed + 1), 0.0) for seed in range(20)]
    assert not any(likeness.is_copy for likeness in found)
    assert max(likeness.coherence for likeness in found) < 0.6


def test_a_short_overlap_must_agree_more() -> None:
    assert Likeness(0.9, 0.9, 0.0, 0.5, 0.0).is_copy
    assert not Likeness(0.9, 0.9, 0.0, 0.3, 0.0).is_copy
    assert Likeness(0.93, 0.9, 0.0, 0.3, 0.0).is_copy


def test_different_speech_in_one_and_the_same_noise_is_no_copy(speak: Speak) -> None:
    noise = np.zeros(RATE, np.float32)
    noise[4000:4800] = np.random.default_rng(0).standard_normal(800)
    found = look(speak(8) + noise, 6 * speak(9) + noise, 0.0)
    assert found.correlation < 0.6
    assert not found.is_copy
    assert not Likeness(0.99, 0.5, 0.0, 1.0, 0.0).is_copy


def test_silence_is_no_copy_of_silence() -> None:
    found = look(np.zeros(4000, np.float32), np.zeros(4000, np.float32), 0.0)
    assert not found.is_copy
    assert np.isfinite([found.coherence, found.correlation, found.gain_db]).all()


def test_slivers_can_be_compared(speak: Speak) -> None:
    assert np.isfinite(look(speak(5), speak(5)[: RATE // 100], 0.0).coherence)


def test_of_a_long_overlap_the_middle_is_compared(speak: Speak) -> None:
    sound = np.tile(np.concatenate([speak(seed) for seed in range(5)]), 10)
    other = sound.copy()
    other[:RATE] = other[-RATE:] = 0  # outside of the 30 s in the middle
    found = look(sound, other, 0.0)
    assert found.overlap_s == pytest.approx(30)
    assert found.coherence == pytest.approx(1, abs=1e-4)


def test_spans_of_one_recording_are_read_from_where_they_begin(speak: Speak) -> None:
    source = as_file(speak(6, 2.0))
    found = compare(Span(source, 0.2, 1.0), Span(source, 0.5, 1.0), 0.3)
    assert found.offset_s == pytest.approx(0.3, abs=2e-5)
    assert found.overlap_s == pytest.approx(0.7)
    assert found.is_copy


def test_what_cannot_be_read_is_told(tmp_path: Path, speak: Speak) -> None:
    with pytest.raises(AudioError, match="does not exist"):
        compare(Span(tmp_path / "gone.wav", 0, 1), Span(as_file(speak(7)), 0, 1), 0.0)


def test_takes_of_a_word_by_one_voice_are_no_copies_and_codecs_are(data_dir: Path) -> None:
    takes = sorted((data_dir / "fsdd" / "recordings").glob("4_george_*.flac"))[:12]
    sounds = [read_audio(path) for path in takes]
    for first, (samples, rate) in enumerate(sounds):
        for path, (other, _) in zip(takes[:first], sounds, strict=False):
            lag = int(np.argmax(np.correlate(samples, other, "full"))) - len(other) + 1
            spans = Span(takes[first], 0, len(samples) / rate), Span(path, 0, len(other) / rate)
            assert not compare(*spans, lag / rate).is_copy
        coded = Span(as_file(samples, rate, "OGG", "VORBIS"), 0, len(samples) / rate)
        assert compare(Span(takes[first], 0, len(samples) / rate), coded, 0.0).is_copy
