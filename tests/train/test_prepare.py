"""What is decided before a training: window, front end, first weights, and what may be missing."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import soundfile
import torch

from unheard.corpus.classes import ClassMap
from unheard.corpus.more_recordings import with_recordings
from unheard.corpus.table import Corpus
from unheard.errors import CorpusError, UsageError
from unheard.models.front_end import PRESETS, FrontEndOptions
from unheard.train.fit import epoch_plan
from unheard.train.prepare import (
    build_model,
    choose_window_s,
    classes_of,
    front_end_options,
    prepare,
    split_with_noise,
)
from unheard.train.recipe import FrontEndSection, Recipe, load_recipe


def corpus_of(*durations_s: float, **columns: object) -> Corpus:
    frame = pl.DataFrame({"id": [str(n) for n in range(len(durations_s))], "duration_s": durations_s})
    return Corpus(frame.with_columns(sample_rate=pl.lit(8000), path=pl.lit("x.wav"), **columns))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("durations_s", "expected"),
    [
        ([1.0] * 20, 1.0),
        ([0.3] * 20, 0.5),  # never shorter
        ([9.0] * 20, 4.0),  # never longer
        ([0.8] * 39 + [3.0], 0.8),  # 95 % of the clips fit
        ([0.8] * 18 + [3.0] * 2, 3.0),  # 90 % would not do
        ([1.001] * 20, 1.1),  # whole tenths
        ([0.7] * 20, 0.7),  # 0.7 * 10 is 7.000000000000001 in floats
    ],
)
def test_the_window_covers_95_percent_of_the_clips(durations_s: list[float], expected: float) -> None:
    assert choose_window_s(corpus_of(*durations_s), Recipe()) == expected


def test_a_window_of_the_recipe_is_taken_as_it_is() -> None:
    assert choose_window_s(corpus_of(9.0), load_recipe("robust", ["window_s=0.33"])) == 0.33


def test_background_does_not_decide_about_the_window() -> None:
    corpus = corpus_of(1.0, 60.0, 60.0, role=pl.Series(["utterance", "noise", "noise"]))
    assert choose_window_s(corpus, Recipe()) == 1.0


def test_an_architecture_brings_its_front_end() -> None:
    assert front_end_options(Recipe()) == PRESETS["mel-40-band-mean"]
    assert (
        front_end_options(load_recipe("robust", ["architecture=bc-resnet-1", "preset=mel-40"]))
        == PRESETS["mel-40"]
    )


def test_a_recipe_changes_single_options_of_its_preset() -> None:
    recipe = load_recipe("tutorial", ["sample_rate=8000", "hop_ms=20", "min_hz=100"])
    options = front_end_options(recipe)
    assert (options.sample_rate, options.hop_ms, options.min_hz) == (8000, 20, 100)
    assert (options.window_ms, options.num_bands, options.top_db, options.upper_hz) == (20, 64, 80, 4000)


def test_a_recipe_can_change_all_that_a_front_end_has() -> None:
    options = {field.name for field in dataclasses.fields(FrontEndOptions)}
    assert set(FrontEndSection.model_fields) - {"preset"} == options - {"sample_rate"}


def test_a_zero_is_a_change_too() -> None:
    assert front_end_options(load_recipe("robust", ["min_hz=0"])).min_hz == 0


def test_an_impossible_front_end_is_told() -> None:
    with pytest.raises(UsageError, match="do not fit below 4000 Hz"):
        front_end_options(load_recipe("robust", ["sample_rate=8000", "max_hz=5000"]))


def test_the_seed_decides_the_first_weights() -> None:
    recipe, classes = load_recipe("robust", ["architecture=lean-s"]), ClassMap(("a", "b", "c"))
    one, same, other = (build_model(recipe, classes, 1.0, seed) for seed in (1, 1, 2))
    assert one.window_samples == 16_000
    assert all(torch.equal(value, same.state_dict()[name]) for name, value in one.state_dict().items())
    assert any(not torch.equal(value, other.state_dict()[name]) for name, value in one.state_dict().items())


def test_an_empty_split_says_what_to_do() -> None:
    with pytest.raises(CorpusError, match=r"The split 'test' has no utterances.*unheard corpus split"):
        split_with_noise(corpus_of(1.0, split=pl.lit("train")), "test")


def test_a_split_comes_with_all_background() -> None:
    corpus = corpus_of(
        1.0, 1.0, 60.0,
        split=pl.Series(["train", "test", None]), role=pl.Series(["utterance", "utterance", "noise"]),
    )  # fmt: skip
    assert split_with_noise(corpus, "test").frame["id"].to_list() == ["1", "2"]


def test_a_command_that_nobody_in_training_says_is_named(tone_corpus: Corpus, tiny_recipe: Path) -> None:
    spoken = (pl.col("label") != "mid") | (pl.col("split") == "test")
    corpus = tone_corpus.filter(spoken | (pl.col("role") == "noise"))
    recipe = load_recipe(tiny_recipe)
    with pytest.raises(CorpusError, match=r"No training clip is labelled mid\. Give more speakers"):
        prepare(corpus, recipe, classes_of(corpus, recipe), 0.5)


def test_training_and_validation_hold_their_own_speakers(tone_corpus: Corpus, tiny_recipe: Path) -> None:
    recipe = load_recipe(tiny_recipe)
    classes = classes_of(tone_corpus, recipe)
    data = prepare(tone_corpus, recipe, classes, 0.5)
    assert classes.labels == ("low", "mid", "high", "_silence_", "_unknown_")
    assert (data.train.samples.shape, data.train.num_voices) == ((72, 4000), 0)
    assert np.bincount(data.train.classes, minlength=5).tolist() == [18, 18, 18, 0, 18]
    assert {group for group in data.validation.groups if "background" not in group} == {
        "validation-0",
        "validation-1",
    }
    # 0.4 s of the hiss are validation's, less than a window: digital silence is all there is
    assert np.bincount(data.validation.classes, minlength=5).tolist() == [6, 6, 6, 1, 6]
    assert data.silence.bank is not None
    assert data.silence.bank.num_recordings == 1


def test_without_background_there_is_no_noise_to_draw(tone_corpus: Corpus, tiny_recipe: Path) -> None:
    quiet = tone_corpus.filter(pl.col("role") == "utterance")
    recipe = load_recipe(tiny_recipe)
    data = prepare(quiet, recipe, classes_of(quiet, recipe), 0.5)
    assert data.classes.silence is None
    assert data.augmentation.skipped == ("noise: the corpus has no recordings for it",)


def test_background_that_is_silent_is_no_noise_but_silence(
    tone_corpus: Corpus, tiny_recipe: Path, tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "nothing.wav", np.zeros(16_000), 8000)
    path = pl.when(pl.col("role") == "noise").then(pl.lit(str(tmp_path / "nothing.wav"))).otherwise("path")
    corpus = tone_corpus.with_column("path", path).with_column("duration_s", pl.col("duration_s").clip(0, 2))
    recipe = load_recipe(tiny_recipe)
    data = prepare(corpus, recipe, classes_of(corpus, recipe), 0.5)
    assert data.silence.bank is None
    assert data.classes.silence is not None
    assert data.augmentation.skipped == ("noise: the corpus has no recordings for it",)


def test_synthetic_voices_follow_the_recordings(tone_corpus: Corpus, tiny_recipe: Path) -> None:
    recipe = load_recipe(tiny_recipe)
    classes = classes_of(tone_corpus, recipe)
    voices = tone_corpus.filter((pl.col("split") == "test") & (pl.col("label") == "low"))
    data = prepare(tone_corpus, recipe, classes, 0.5, voices=voices)
    assert (len(data.train), data.train.num_voices) == (72 + 12, 12)
    assert data.train.classes[72:].tolist() == [0] * 12


def test_pieces_of_other_speech_are_unknown_words(
    tone_corpus: Corpus, tiny_recipe: Path, tmp_path: Path
) -> None:
    recipe = load_recipe(tiny_recipe)
    soundfile.write(tmp_path / "talk.wav", 0.1 * np.sin(np.arange(8000)), 8000)
    corpus = with_recordings(tone_corpus, speech=[str(tmp_path)])
    classes = classes_of(corpus, recipe)
    voices = tone_corpus.filter((pl.col("split") == "test") & (pl.col("label") == "low"))
    data = prepare(corpus, recipe, classes, 0.5, voices=voices)
    assert (len(data.train), data.train.num_voices, data.train.num_speech) == (72 + 12 + 3, 12, 3)
    assert data.train.classes[84:].tolist() == [classes.unknown] * 3
    assert data.train.read(np.array([85])).tobytes() == data.train.speech[1].tobytes()  # type: ignore[index]
    rows = epoch_plan(data, recipe, seed=0).rows(0)
    assert set(rows[rows >= 84]) == {84, 85, 86}
    none = load_recipe(tiny_recipe, ["data.speech=0"])
    assert prepare(corpus, none, classes, 0.5).train.num_speech == 0


def test_a_corpus_of_commands_alone_learns_what_is_none_from_other_speech(
    tone_corpus: Corpus, tiny_recipe: Path, tmp_path: Path
) -> None:
    recipe = load_recipe(tiny_recipe, ["data.commands=[]"])
    soundfile.write(tmp_path / "talk.wav", 0.1 * np.sin(np.arange(8000)), 8000)
    assert classes_of(tone_corpus, recipe).unknown is None
    assert classes_of(with_recordings(tone_corpus, speech=[str(tmp_path)]), recipe).unknown is not None
    recipe = load_recipe(tiny_recipe, ["data.commands=[]", "data.unknown='no'"])
    data = prepare(
        with_recordings(tone_corpus, speech=[str(tmp_path)]), recipe, classes_of(tone_corpus, recipe), 0.5
    )
    assert data.train.num_speech == 0
