"""The whole story on tones: what a run leaves, what it measures, and what stops it before it begins."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import soundfile

from unheard import pipeline
from unheard.corpus.importing import load_corpus
from unheard.corpus.split import SplitOptions
from unheard.corpus.table import Corpus
from unheard.errors import CorpusError, UsageError
from unheard.run import RunOptions, Watch
from unheard.runtime.bundle import Bundle
from unheard.train.recipe import load_recipe


def strictly(path: Path) -> Any:
    """JSON as the standard has it: no NaN, no Infinity."""

    def refuse(name: str) -> None:
        pytest.fail(f"{path.name} holds {name}")

    return json.loads(path.read_text("utf-8"), parse_constant=refuse)


@pytest.fixture
def options(tiny_recipe: Path) -> RunOptions:
    return RunOptions(recipe=load_recipe(tiny_recipe))


@pytest.fixture(scope="module")
def corpus(tone_words: Path) -> Corpus:
    return load_corpus(tone_words)


@pytest.fixture(scope="module")
def bundle(trained_run: Path) -> Bundle:
    return Bundle.load(trained_run)


def test_what_is_left_out_of_a_corpus_is_said(tone_words: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tone_words, tmp_path / "words")
    said: list[str] = []
    pipeline.read_corpus(folder, Watch(on_step=said.append))
    assert said == [f"reading {folder}"]

    broken = sorted(folder.glob("*.wav"))[:2]
    for path in broken:
        path.write_bytes(b"")
    for name in ("go", "left"):
        (folder / name).mkdir()
    said.clear()
    corpus = pipeline.read_corpus(folder, Watch(on_step=said.append))
    assert corpus.rejected.height == 4
    assert said[1:] == [
        *(f"left out: '{path}' is empty (0 bytes)" for path in broken),
        f"left out: '{folder / 'go'}' is a folder without a file",
        "left out: 1 more, which the run's page lists",
    ]


def test_a_run_leaves_everything_that_it_says(trained_run: Path) -> None:
    files = {path.relative_to(trained_run).as_posix() for path in trained_run.rglob("*") if path.is_file()}
    boards = {name for name in files if name.startswith("tensorboard/events.out.tfevents")}
    assert len(boards) == 1
    assert files - boards == {
        *("run.json", "corpus.parquet", "split.json", "audit.json", "curves.csv", "sample_predictions.csv"),
        *("checkpoints/last.ckpt", "checkpoints/best.ckpt"),
        *("bundle/model.onnx", "bundle/bundle.json", "bundle/MODEL_CARD.md"),
        *("predictions.parquet", "evaluation.json", "report.html"),
    }


def test_it_learned_the_words_of_speakers_that_it_never_heard(trained_run: Path) -> None:
    document = strictly(trained_run / "evaluation.json")
    assert document["metrics"]["accuracy"]["value"] > 0.9
    assert (
        document["utterances"] == 4 * 4 * 3 + 1
    )  # four speakers, four words, three takes; and digital silence
    assert document["speakers"] == 4


def test_its_numbers_have_intervals(trained_run: Path) -> None:
    document = strictly(trained_run / "evaluation.json")
    assert {"accuracy", "balanced_accuracy", "macro_f1", "log_loss", "ece"} <= set(document["metrics"])
    for name, metric in document["metrics"].items():
        assert metric["low"] is None or metric["low"] <= metric["value"] <= metric["high"], name
    assert [row["condition"] for row in document["conditions"]][:2] == ["clean", "noise 20 dB"]
    assert len(document["conditions"]) == 7
    assert document["conditions"][0]["accuracy"] == document["metrics"]["accuracy"]["value"]


def test_speakers_are_in_one_split(trained_run: Path, corpus: Corpus) -> None:
    stored = Corpus.load(trained_run / "corpus.parquet")
    per_speaker = stored.utterances.group_by("speaker").agg(pl.col("split").unique())
    assert (per_speaker["split"].list.len() == 1).all()
    assert stored.utterances.height == corpus.utterances.height == 144
    split = strictly(trained_run / "split.json")
    assert (split["method"], split["num_torn_groups"], split["warnings"]) == ("official", 0, [])
    tested = [row["utterances"] for row in split["table"] if row["split"] == "test"]
    assert tested == [12, 12, 12, 12]


def test_the_run_knows_how_it_was_started(trained_run: Path, tiny_recipe: Path) -> None:
    document = strictly(trained_run / "run.json")
    stored = RunOptions.from_dict(document, "run.json")
    assert stored == RunOptions(recipe=load_recipe(tiny_recipe), seed=3)


def test_the_report_is_one_file(trained_run: Path) -> None:
    page = (trained_run / "report.html").read_text("utf-8")
    assert "undisturbed" in page
    assert "reverberation" in page
    assert re.findall(r'(?:src|href)="(?!data:|#)[^"]*"', page) == []


def test_a_folder_that_holds_something_is_not_trained_into(
    trained_run: Path, tmp_path: Path, tone_words: Path, options: RunOptions
) -> None:
    with pytest.raises(UsageError, match=r"undisturbed' is not empty\. Go on with a killed run by --resume"):
        pipeline.train(tone_words, trained_run, options)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty"):
        pipeline.train(tone_words, tmp_path, options)
    with pytest.raises(UsageError, match=r"notes\.txt' is a file, and a run is a folder"):
        pipeline.train(tone_words, tmp_path / "notes.txt", options)


def test_what_a_run_left_that_was_killed_while_it_began_is_not_in_the_way(
    tmp_path: Path, options: RunOptions
) -> None:
    for name in ("corpus.parquet", "split.json"):
        (tmp_path / name).write_text("half a run")
    with pytest.raises(CorpusError, match=r"nowhere'?: there is no such"):
        pipeline.train(tmp_path / "nowhere", tmp_path, options)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"There is no run in '.*': run\.json is missing"),
        ("{", r"run\.json' is damaged: .* Start the run anew"),
        ('{"format": 99}', r"run\.json' has the format 99; this version of unheard reads format 1"),
    ],
)
def test_what_cannot_be_resumed_is_told(tmp_path: Path, content: str | None, message: str) -> None:
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    with pytest.raises(UsageError, match=message):
        pipeline.resume(tmp_path)


def test_a_file_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "clip.wav").touch()
    with pytest.raises(UsageError, match="There is no run in"):
        pipeline.resume(tmp_path / "clip.wav")


def test_that_nobody_is_left_to_test_on_is_told_before_the_training(
    corpus: Corpus, tmp_path: Path, options: RunOptions
) -> None:
    for_training = corpus.filter((pl.col("split") != "test") | (pl.col("role") == "noise"))
    split = SplitOptions(method="group", test_share=0, validation_share=0.3)
    with pytest.raises(CorpusError, match="The split 'test' has no utterances"):
        pipeline.train_corpus(for_training, tmp_path / "run", RunOptions(options.recipe, split=split))
    assert not (tmp_path / "run").exists()


def test_evaluation_repeats_the_answers_of_the_run(bundle: Bundle, trained_run: Path) -> None:
    (again,) = pipeline.evaluate(bundle, Corpus.load(trained_run / "corpus.parquet"), split="test")
    stored = pl.read_parquet(trained_run / "predictions.parquet")
    words = stored.filter(~pl.col("id").str.starts_with("silence "))  # no silence is added here
    assert again.predictions.ids == tuple(words["id"])
    np.testing.assert_array_equal(again.predictions.logits, words.select("^logit:.*$").to_numpy())
    assert (again.evaluation.utterances, again.evaluation.speakers) == (48, 4)


def test_a_whole_corpus_is_evaluated_without_a_split(bundle: Bundle, corpus: Corpus) -> None:
    (result,) = pipeline.evaluate(bundle, corpus)
    assert (result.evaluation.utterances, result.evaluation.speakers) == (144, 12)


def test_what_is_left_out_is_said(bundle: Bundle, corpus: Corpus) -> None:
    nameless = corpus.with_column("label", pl.when(pl.col("split") == "train").then("label"))
    said: list[str] = []
    (result,) = pipeline.evaluate(bundle, nameless, watch=Watch(on_step=said.append))
    assert said == ["72 utterances left out: unreadable, or of no class of the model"]
    assert result.evaluation.utterances == 72


def test_conditions_can_be_made_of_recordings(bundle: Bundle, corpus: Corpus, tmp_path: Path) -> None:
    for name, samples in (
        ("noise", np.random.default_rng(0).normal(0, 0.1, 9000)),
        ("room", np.r_[1.0, 0, 0.5]),
    ):
        (tmp_path / name).mkdir()
        soundfile.write(tmp_path / name / "one.wav", samples, 8000, "FLOAT")
    folders = {"noise": tmp_path / "noise", "rooms": tmp_path / "room"}
    results = pipeline.evaluate(bundle, corpus, split="test", all_conditions=True, **folders)
    simulated = pipeline.evaluate(bundle, corpus, split="test", all_conditions=True)
    assert [result.name for result in results] == [result.name for result in simulated]
    differ = [
        one.name
        for one, other in zip(results, simulated, strict=True)
        if not np.array_equal(one.predictions.logits, other.predictions.logits)
    ]
    assert differ == ["noise 20 dB", "noise 10 dB", "noise 0 dB", "reverberation"]


def test_noise_without_conditions_is_told(bundle: Bundle, corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Give --conditions too"):
        pipeline.evaluate(bundle, corpus, noise=tmp_path)


def test_a_folder_without_recordings_is_told(bundle: Bundle, corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"No recordings in '.*'; looked for \.wav"):
        pipeline.evaluate(bundle, corpus, all_conditions=True, rooms=tmp_path)


def test_words_that_the_model_does_not_know_are_told(tone_bundle: Path, corpus: Corpus) -> None:
    with pytest.raises(CorpusError, match=r"has mid, rise; the model has low, high, _silence_"):
        pipeline.evaluate(Bundle.load(tone_bundle), corpus.filter(pl.col("label").is_in(["mid", "rise"])))


def test_clips_that_the_model_was_trained_on_are_counted(
    trained_run: Path, corpus: Corpus, tone_bundle: Path
) -> None:
    assert pipeline.count_trained_on(trained_run, corpus, None) == 72
    assert pipeline.count_trained_on(trained_run, corpus, "train") == 72
    assert pipeline.count_trained_on(trained_run, corpus, "test") == 0
    assert pipeline.count_trained_on(tone_bundle, corpus, None) == 0


def test_a_speaker_on_both_sides_is_said_before_training(
    corpus: Corpus, options: RunOptions, tmp_path: Path
) -> None:
    torn = corpus.with_split(
        pl.when(pl.col("speaker") == "train-0", pl.col("id").str.contains("-0.wav"))
        .then(pl.lit("test"))
        .otherwise("split")
    )
    said: list[str] = []

    def stop(step: str) -> None:
        said.append(step)
        if step.startswith("training"):
            raise KeyboardInterrupt

    split = SplitOptions(method="official")
    with pytest.raises(KeyboardInterrupt):
        pipeline.train_corpus(torn, tmp_path / "run", replace(options, split=split), Watch(on_step=stop))
    blockers = [step for step in said if step.startswith("audit, blocking: ")]
    assert any("train-0" in blocker for blocker in blockers)
    assert "audit.json" in {path.name for path in (tmp_path / "run").iterdir()}
