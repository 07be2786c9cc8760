"""Each voice is recorded in a place of its own, the same again for the same seed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from unheard.augment.colored_noise import ColoredNoise
from unheard.augment.gain import Gain
from unheard.augment.microphone import Microphone
from unheard.corpus.classes import choose_classes
from unheard.corpus.voices import VoiceOptions, synthesize_corpus
from unheard.demo.recordings import COMMANDS, OTHER_WORDS, RecordingOptions, make_recordings, one_draw
from unheard.signal.audio_file import read_audio

VOICES = VoiceOptions(num_voices=3, takes_per_word=2, sample_rate=8000)
OPTIONS = RecordingOptions(words=("yes", "no"), voices=VOICES)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    make_recordings(folder, OPTIONS)
    return folder


def audio(folder: Path) -> dict[str, np.ndarray]:
    return {path.name: read_audio(path)[0] for path in sorted((folder / "yes").glob("*.flac"))}


def test_clips_keep_their_length_and_lose_their_silence(recorded: Path, tmp_path: Path) -> None:
    synthesize_corpus(tmp_path, OPTIONS.words, VOICES)
    spoken, heard = audio(tmp_path), audio(recorded)
    assert list(spoken) == list(heard)
    for name, clip in spoken.items():
        assert len(heard[name]) == len(clip)
        assert np.abs(clip[:100]).max() == 0 < np.abs(heard[name][:100]).max()  # room noise is everywhere
        assert np.abs(heard[name]).max() <= 1


def test_the_same_seed_gives_the_same_samples_and_another_gives_others(
    recorded: Path, tmp_path: Path
) -> None:
    make_recordings(tmp_path / "same", OPTIONS)
    make_recordings(tmp_path / "other", replace(OPTIONS, voices=replace(VOICES, seed=1)))
    first, same, other = audio(recorded), audio(tmp_path / "same"), audio(tmp_path / "other")
    assert all(np.abs(first[name] - same[name]).max() < 1.5 / 32768 for name in first)
    assert set(first).isdisjoint(other) or any(
        not np.array_equal(first[n], other[n]) for n in first if n in other
    )


@pytest.mark.parametrize("transform", [Microphone(), Gain(), ColoredNoise()])
def test_one_draw_holds_for_all_clips_of_a_voice(transform: Microphone | Gain | ColoredNoise) -> None:
    drawn = one_draw(transform, torch.zeros(5, 800), torch.Generator().manual_seed(0), 8000)
    moments = drawn.pop("table_start", torch.arange(5))
    assert len(moments.unique()) == 5  # but noise goes on
    for value in drawn.values():
        assert value.ndim == 0 or all(torch.equal(row, value[0]) for row in value)


def test_the_words_are_told_apart_as_commands_and_unknown() -> None:
    classes = choose_classes([*COMMANDS, *OTHER_WORDS])
    assert set(classes.commands) == set(COMMANDS)
    assert classes.unknown is not None
