"""Flattery planted and flattery absent, found by training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from unheard.corpus.table import Corpus
from unheard.errors import CorpusError, UsageError
from unheard.evaluate.flattery import Flattery
from unheard.flattery import FlatteryOptions, measure_flattery
from unheard.run import Watch
from unheard.signal.audio_file import write_audio
from unheard.train.recipe import load_recipe

RATE = 8000
NUM_SPEAKERS, NUM_TAKES = 12, 10
SETTINGS = ("commands=[]", "augment=none", "window_s=0.25", "mixup_alpha=0")


def tones(folder: Path, *, word_of_speaker: bool) -> Corpus:
    """Two words, each a tone. Their pitch is the word's own, or that of the speaker, who says but one."""
    random, rows = np.random.default_rng(3), []
    pitches = np.geomspace(300, 3000, NUM_SPEAKERS)
    for number, take in np.ndindex(NUM_SPEAKERS, NUM_TAKES):
        word = (number if word_of_speaker else take) % 2
        hz = pitches[number] if word_of_speaker else (600, 1500)[word] * random.uniform(0.95, 1.05)
        samples = 0.3 * np.sin(2 * np.pi * hz * np.arange(2000) / RATE + random.uniform(0, 6))
        path = folder / f"{number}-{take}.wav"
        write_audio(path, (samples + 0.01 * random.standard_normal(2000)).astype(np.float32), RATE)
        rows.append((f"{number}-{take}", str(path), f"s{number:02}", ("yes", "no")[word]))
    frame = pl.DataFrame(rows, ["id", "path", "speaker", "label"], orient="row")
    return Corpus(frame.with_columns(duration_s=0.25, sample_rate=RATE))


def measured(
    corpus: Corpus, recipe: Path, watch: Watch = Watch(), epochs: int = 6, **options: int
) -> Flattery:
    chosen = load_recipe(recipe, [*SETTINGS, f"epochs={epochs}"])
    return measure_flattery(corpus, FlatteryOptions(chosen, **options), watch)


def test_words_that_only_the_speaker_tells_are_all_flattery(tmp_path: Path, tiny_recipe: Path) -> None:
    steps: list[str] = []
    found = measured(tones(tmp_path, word_of_speaker=True), tiny_recipe, Watch(on_step=steps.append))
    assert (found.utterances, found.speakers) == (NUM_SPEAKERS * NUM_TAKES, NUM_SPEAKERS)
    assert found.claimed.value > 0.8
    assert found.found.value < 0.6
    assert found.difference.low is not None
    assert found.difference.low > 0.2
    assert found.difference.p_value < 0.01
    assert sum(step.startswith("clip by clip, fold") for step in steps) == 3
    assert "speaker by speaker, fold 3 of 3: trained on 80 clips" in steps[-1]


def test_words_that_all_speakers_say_alike_are_not_flattered(tmp_path: Path, tiny_recipe: Path) -> None:
    found = measured(tones(tmp_path, word_of_speaker=False), tiny_recipe, num_folds=2)
    assert found.found.value > 0.9
    low, high = found.difference.low, found.difference.high
    assert (low is None and found.difference.value == 0) or (low is not None and low <= 0 <= (high or 0))


def test_repetitions_have_seeds_of_their_own(tmp_path: Path, tiny_recipe: Path) -> None:
    corpus = tones(tmp_path, word_of_speaker=True)
    pair = measured(corpus, tiny_recipe, epochs=1, num_folds=2, repetitions=2, seed=4)
    second = measured(corpus, tiny_recipe, epochs=1, num_folds=2, seed=5)
    assert pair.repetitions[1] == second.repetitions[0]
    assert FlatteryOptions(load_recipe(tiny_recipe), repetitions=2, seed=4).seeds == range(4, 6)


def test_without_speakers_it_can_not_be_measured(tmp_path: Path, tiny_recipe: Path) -> None:
    corpus = tones(tmp_path, word_of_speaker=False).with_column("speaker", pl.lit(None, pl.String))
    with pytest.raises(CorpusError, match=r"names no speakers and no sessions.*--column speaker="):
        measured(corpus, tiny_recipe)


def test_more_folds_than_speakers_are_refused(tmp_path: Path, tiny_recipe: Path) -> None:
    steps: list[str] = []
    corpus = tones(tmp_path, word_of_speaker=False)
    with pytest.raises(UsageError, match="num_folds=13 greater than the number of groups: 12"):
        measured(corpus, tiny_recipe, Watch(on_step=steps.append), num_folds=13)
    assert steps == []  # nothing is trained for nothing


def test_impossible_options_are_refused(tiny_recipe: Path) -> None:
    with pytest.raises(UsageError, match="repetitions is 0; it must be 1 or more"):
        FlatteryOptions(load_recipe(tiny_recipe), repetitions=0)
