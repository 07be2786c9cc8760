"""Drawn voices and takes: plain values that depend on the seed and their own name only."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unheard.corpus.voice_draws import (
    LEFT_OUT,
    VoiceOptions,
    draw_takes,
    draw_voices,
    usual_variants,
)
from unheard.errors import UsageError

pytest.importorskip("espeakng_loader", reason="needs unheard[voices]")


@settings(max_examples=25, deadline=None)
@given(few=st.integers(1, 300), more=st.integers(1, 300), seed=st.integers(0, 2**32))
def test_more_voices_keep_the_first_ones(few: int, more: int, seed: int) -> None:
    first = draw_voices(VoiceOptions(num_voices=few, seed=seed))
    grown = draw_voices(VoiceOptions(num_voices=few + more, seed=seed))
    assert grown[:few] == first


def test_all_voices_of_all_accents_are_different_speakers() -> None:
    num_possible = 8 * len(usual_variants())
    voices = draw_voices(VoiceOptions(num_voices=num_possible))
    assert len({voice.speaker for voice in voices}) == num_possible


def test_forty_voices_share_no_variant_and_use_every_accent() -> None:
    voices = draw_voices(VoiceOptions(num_voices=40))
    assert len({voice.variant for voice in voices}) == 40
    assert len({voice.accent for voice in voices}) == 8


def test_left_out_variants_speak_only_when_named() -> None:
    left_out = {name for names in LEFT_OUT.values() for name in names}
    assert len(usual_variants()) == 104 - len(left_out)
    assert not left_out & {voice.variant for voice in draw_voices(VoiceOptions(num_voices=300))}
    assert draw_voices(VoiceOptions(variants=("whisper",), num_voices=1))[0].variant == "whisper"


def test_a_take_depends_on_nothing_but_its_name_and_the_seed() -> None:
    few = VoiceOptions(num_voices=3, takes_per_word=2, seed=7)
    many = VoiceOptions(num_voices=9, takes_per_word=5, seed=7)
    some = {take.file_name: take for take in draw_takes(["yes", "no"], draw_voices(few), few)}
    all_of_them = {take.file_name: take for take in draw_takes(["no", "up", "yes"], draw_voices(many), many)}
    assert some.items() <= all_of_them.items()
    other = VoiceOptions(num_voices=3, takes_per_word=2, seed=8)
    assert not set(some.values()) & set(draw_takes(["yes", "no"], draw_voices(other), other))


def test_takes_of_a_voice_differ_a_little_and_voices_a_lot() -> None:
    options = VoiceOptions(num_voices=80, takes_per_word=6)
    takes = draw_takes(["yes"], draw_voices(options), options)
    assert len({(take.rate_wpm, take.pitch, take.peak_db) for take in takes}) == len(takes)
    assert all(abs(take.pitch - take.voice.pitch) <= 6.5 for take in takes)
    assert all(abs(take.rate_wpm / take.voice.rate_wpm - 1) <= 0.09 for take in takes)
    pitches = [take.pitch for take in takes]
    assert max(pitches) - min(pitches) > 40


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_voices": 0}, "num_voices is 0; it must be 1 or more"),
        ({"rates_wpm": (20, 100)}, r"rates_wpm is \(20, 100\).* within 80 to 450"),
        ({"pitches": (60, 40)}, r"pitches is \(60, 40\)"),
        ({"accents": ()}, "accents is empty"),
        ({"margins_s": (-0.1, 0.1)}, "margins_s"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        VoiceOptions(**options)  # type: ignore[arg-type]


def test_too_many_or_unknown_voices_are_refused() -> None:
    with pytest.raises(UsageError, match="num_voices is 5; 1 accents and 2 variants make 2 voices"):
        draw_voices(VoiceOptions(accents=("en-us",), variants=("f1", "f2"), num_voices=5))
    with pytest.raises(UsageError, match="Unknown accent 'en-gb'"):
        draw_voices(VoiceOptions(accents=("en-us", "en-gb")))


@pytest.mark.parametrize("word", ["", " yes", "a/b", "_unknown_", ".hidden", "a\\b"])
def test_words_that_cannot_name_a_folder_are_refused(word: str) -> None:
    with pytest.raises(UsageError, match="cannot name a folder"):
        draw_takes(["yes", word], (), VoiceOptions())


def test_no_words_and_words_named_twice_are_refused() -> None:
    with pytest.raises(UsageError, match="No words"):
        draw_takes([], (), VoiceOptions())
    with pytest.raises(UsageError, match="named twice: yes"):
        draw_takes(["yes", "no", "yes"], (), VoiceOptions())
