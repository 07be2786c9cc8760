"""The table of robustness for a model in closed form: what it must show is known before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import polars as pl
import pytest
import robustness
import typer
from onnx import numpy_helper
from robustness import FinishedRun, measure_runs, summary
from typer.testing import CliRunner
from unheard_words import some_of_each

from unheard.corpus.table import Corpus
from unheard.errors import CorpusError
from unheard.runtime.bundle import BundleInfo, write_bundle

LABELS = ("low", "high", "_unknown_")


@pytest.fixture
def data(tmp_path: Path, make_tone: Any) -> Path:
    """Two wake words that sound like `low`, faint Arabic words, a digit, noise, a room, and no room."""
    for number in range(2):
        make_tone(f"data/wake_words/computer/{number}.flac", 500)
    for speaker in range(1, 4):
        make_tone(f"data/arabic_commands/low/0000000{speaker}_NO_01.flac", 500, 0.01)
    make_tone("data/fsdd/2_ann_0.flac", 2000)
    make_tone("data/noise/hum.flac", 120)
    (tmp_path / "data" / "rooms").mkdir()
    for name in ("dry", robustness.NO_ROOM):
        make_tone(f"data/rooms/{name}.flac", 4000 * 0.999)
    return tmp_path / "data"


@pytest.fixture
def corpus(make_tone: Any) -> Corpus:
    """Six speakers to test with, five of whom say both words, and many training clips of `two`."""
    rows = [
        {
            "id": f"{label}/{speaker}",
            "path": make_tone(f"clips/{label}/{speaker}.flac", hz),
            "label": label,
            "speaker": f"speaker {speaker}",
            "split": "test",
        }
        for label, hz, speakers in (("low", 500, 6), ("high", 2000, 5))
        for speaker in range(speakers)
    ]
    rows += [
        {**rows[0], "id": f"two/{n}", "label": "two", "speaker": "trained", "split": "train"}
        for n in range(11)
    ]
    return Corpus(pl.DataFrame(rows).with_columns(start_s=0.0, duration_s=0.5, sample_rate=8000))


def make_run(folder: Path, model: bytes, info: BundleInfo, corpus: Corpus, **changes: Any) -> Path:
    """A run folder with a bundle whose third class is `_unknown_`."""
    update = {"labels": LABELS, "background_labels": ("_unknown_",), **changes}
    write_bundle(folder / "bundle", model, info.model_copy(update=update), "# Tones\n")
    corpus.save(folder / "corpus.parquet")
    return folder


def deaf(model: bytes) -> bytes:
    """The same model, but whatever it hears is unknown."""
    graph = onnx.load_from_string(model)
    bias = next(weight for weight in graph.graph.initializer if weight.name == "bias")
    bias.CopyFrom(numpy_helper.from_array(np.array([0, 0, 1000], np.float32), "bias"))
    return bytes(graph.SerializeToString())


@pytest.fixture
def runs(tmp_path: Path, tone_model: bytes, tone_info: BundleInfo, corpus: Corpus) -> list[Path]:
    """A run that hears tones, the same again, and one that hears nothing."""
    models = {"first": tone_model, "same": tone_model, "deaf": deaf(tone_model)}
    return [make_run(tmp_path / name, model, tone_info, corpus) for name, model in models.items()]


@pytest.fixture
def document(runs: list[Path], data: Path) -> dict[str, Any]:
    return summary(measure_runs([FinishedRun.load(run) for run in runs], data))


def rows_of(document: dict[str, Any], part: str) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in document[part]}


def test_accuracies_are_those_of_the_closed_form(document: dict[str, Any]) -> None:
    rows = rows_of(document, "accuracy")
    assert rows["clean"]["values"]["first"]["value"] == 1.0
    assert rows["clean"]["values"]["deaf"]["value"] == 0.0
    assert rows["level -26 dB"]["values"]["first"]["value"] == 0.0  # 10 * 0.25 / 400 is less than 1
    assert rows["clean, unheard words"]["clips"] == 11 + 5
    assert rows["clean, unheard words"]["values"]["first"]["value"] == pytest.approx((11 + 3) / 16)


def test_every_condition_is_measured(document: dict[str, Any]) -> None:
    assert list(rows_of(document, "accuracy")) == [
        "clean",
        "clean, unheard words",
        "noise 20 dB",
        "noise 10 dB",
        "noise 0 dB",
        "reverberation",
        "telephone",
        "level -26 dB",
    ]


def test_unheard_words_are_accepted_where_they_sound_like_a_command(document: dict[str, Any]) -> None:
    accepts = rows_of(document, "false_accepts")
    shares = {name: row["values"]["first"]["value"] for name, row in accepts.items()}
    assert shares == {"all": pytest.approx(2 / 5), "wake_words": 1.0, "arabic_commands": 0.0}


def test_a_digit_that_training_heard_often_is_no_unheard_word(document: dict[str, Any]) -> None:
    assert "fsdd" not in rows_of(document, "false_accepts")


def test_differences_are_of_the_first_run_minus_each_other(document: dict[str, Any]) -> None:
    differences = rows_of(document, "accuracy")["clean"]["differences"]
    assert differences["same"]["value"] == 0.0
    assert differences["same"]["p_value"] == 1.0
    assert differences["deaf"]["value"] == 1.0
    assert differences["deaf"]["p_value"] == pytest.approx(2 / 2**6)  # all six speakers swapped, or none
    accepts = rows_of(document, "false_accepts")["all"]["differences"]["deaf"]
    assert accepts["value"] == pytest.approx(2 / 5)
    assert accepts["low"] <= accepts["value"] <= accepts["high"]


def test_runs_with_other_test_clips_are_not_compared(
    runs: list[Path], data: Path, tmp_path: Path, tone_model: bytes, tone_info: BundleInfo, corpus: Corpus
) -> None:
    fewer = corpus.filter(pl.col("id") != "low/0")
    other = make_run(tmp_path / "other", tone_model, tone_info, fewer)
    with pytest.raises(CorpusError, match="'first' and 'other' differ in their test clips"):
        measure_runs([FinishedRun.load(runs[0]), FinishedRun.load(other)], data)


def test_a_model_that_cannot_refuse_is_told_so(
    data: Path, tmp_path: Path, tone_model: bytes, tone_info: BundleInfo, corpus: Corpus
) -> None:
    bold = {"labels": ("low", "high", "third"), "background_labels": ()}
    run = make_run(tmp_path / "bold", tone_model, tone_info, corpus, **bold)
    with pytest.raises(CorpusError, match="no class _unknown_"):
        measure_runs([FinishedRun.load(run)], data)


def test_some_of_each_word_come_from_all_speakers() -> None:
    names = [f"{word}/{speaker}/{take}" for word in "ab" for speaker in "xyz" for take in range(5)]
    frame = pl.DataFrame({"id": names, "path": names, "duration_s": 1.0, "sample_rate": 8000}).with_columns(
        word=pl.col("id").str.slice(0, 1), speaker=pl.col("id").str.slice(2, 1)
    )
    chosen = some_of_each(Corpus(frame), 4, seed=1).frame
    assert chosen["word"].value_counts().sort("word").rows() == [("a", 4), ("b", 4)]
    assert chosen.group_by("word").agg(pl.col("speaker").n_unique())["speaker"].to_list() == [3, 3]


def test_the_script_prints_tables_or_one_document(runs: list[Path], data: Path, tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(robustness.main)
    words = [*map(str, runs), "--data", str(data)]
    tables = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "table.md")])
    assert tables.exit_code == 0
    assert "| clean | 11 | 6 | 100.0 (" in tables.stdout
    assert "+100.0, p = 0.031" in tables.stdout.replace(" (+100.0 to +100.0)", "")
    assert (tmp_path / "table.md").read_text("utf-8") == tables.stdout.removesuffix("\n")
    document = CliRunner().invoke(app, [*words, "--json"])
    assert json.loads(document.stdout)["runs"] == ["first", "same", "deaf"]
