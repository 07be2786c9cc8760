"""The table of accuracy for models in closed form: what it must show is known before."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import onnx
import polars as pl
import pytest
import typer
import unheard_accuracy
from accuracy.coding import through_mp3, tilted
from accuracy.hearing import MP3, NO_ROOM, TILT
from accuracy.measuring import MEAN_OF_SIX, SIX
from accuracy.plot import plot
from accuracy.rows import FinishedRun, gather
from accuracy.scores import gap, mean_over_speakers
from accuracy.table import markdown
from accuracy.training import Wanted, and_from_nothing, listed, train_missing, wanted
from onnx import numpy_helper
from typer.testing import CliRunner
from unheard_accuracy import measured
from unheard_words import some_of_each

from unheard.corpus.table import Corpus
from unheard.errors import CorpusError, UsageError
from unheard.files import write_json
from unheard.run import RUN_FORMAT, RunOptions
from unheard.runtime.bundle import BundleInfo, write_bundle
from unheard.train.recipe import load_recipe
from unheard.train.synthetic import english_words

LABELS = ("low", "high", "_unknown_")
CURVES = "epoch,validation_accuracy,epoch_s\n1.0,0.5,60.0\n2.0,0.8,120.0\n"


@pytest.fixture
def data(tmp_path: Path, make_tone: Any) -> Path:
    """Two wake words that sound like `low`, faint Arabic words, a digit, noises, a room, and no room."""
    for number in range(2):
        make_tone(f"data/wake_words/computer/{number}.flac", 500)
    for speaker in range(1, 4):
        make_tone(f"data/arabic_commands/low/0000000{speaker}_NO_01.flac", 500, 0.01)
    make_tone("data/fsdd/2_ann_0.flac", 2000)
    make_tone("data/noise/hum/1.flac", 120)
    make_tone("data/noise/rain/1.flac", 140)
    for name in ("dry", NO_ROOM):
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


def make_run(
    folder: Path,
    model: bytes,
    info: BundleInfo,
    corpus: Corpus,
    options: RunOptions | None = None,
    **changes: Any,
) -> Path:
    """A run folder with a bundle whose third class is `_unknown_`."""
    update = {"labels": LABELS, "background_labels": ("_unknown_",), **changes}
    write_bundle(folder / "bundle", model, info.model_copy(update=update), "# Tones\n")
    corpus.save(folder / "corpus.parquet")
    options = options or RunOptions(load_recipe("bc-resnet", ["sample_rate=8000"]))
    write_json(folder / "run.json", {"format": RUN_FORMAT, **options.to_dict()})
    (folder / "curves.csv").write_text(CURVES)
    return folder


def deaf(model: bytes) -> bytes:
    """The same model, but whatever it hears is unknown."""
    graph = onnx.load_from_string(model)
    bias = next(weight for weight in graph.graph.initializer if weight.name == "bias")
    bias.CopyFrom(numpy_helper.from_array(np.array([0, 0, 1000], np.float32), "bias"))
    return bytes(graph.SerializeToString())


@pytest.fixture
def runs(tmp_path: Path, tone_model: bytes, tone_info: BundleInfo, corpus: Corpus) -> list[Path]:
    """A row that hears tones with one seed and nothing with the other, and a row that hears them."""
    half = RunOptions(load_recipe("bc-resnet", ["sample_rate=8000"]), seed=1)
    return [
        make_run(tmp_path / "half-0", tone_model, tone_info, corpus),
        make_run(tmp_path / "half-1", deaf(tone_model), tone_info, corpus, half),
        make_run(tmp_path / "hears", tone_model, tone_info, corpus),
    ]


@pytest.fixture
def document(runs: list[Path], data: Path) -> dict[str, Any]:
    return measured(runs, data, [], 200)


def row_of(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(row for row in document["rows"] if row["name"] == name)


def test_accuracies_are_those_of_the_closed_form(document: dict[str, Any]) -> None:
    accuracy = row_of(document, "hears")["accuracy"]
    weight = (
        5.5 / 5
    )  # five unheard words weigh as much as the average of two commands with six and five clips
    assert document["test"]["weight_of_an_unheard_word"] == pytest.approx(weight)
    expected = (11 + 3 * weight) / (11 + 5 * weight)  # two of the five unheard words sound like a command
    assert accuracy["clean"]["value"] == pytest.approx(expected)
    assert accuracy["clean, no unheard words"]["value"] == 1.0
    assert accuracy["level -26 dB"]["value"] == pytest.approx(5 * weight / (11 + 5 * weight))  # hears nothing
    assert accuracy[MEAN_OF_SIX]["value"] == pytest.approx(np.mean([accuracy[name]["value"] for name in SIX]))


def test_seeds_are_averaged_clip_by_clip(document: dict[str, Any]) -> None:
    half = row_of(document, "half")
    assert half["seeds"] == [0, 1]
    assert half["accuracy"]["clean, no unheard words"]["value"] == 0.5
    assert half["false_accepts"]["wake_words"]["value"] == 0.5
    assert half["by_seed"][1]["clean"] == pytest.approx(5.5 / 16.5)
    assert (half["epochs"], half["training_min"]) == (2, 3.0)


def test_the_time_to_the_tutorials_accuracy_is_counted_in_epochs(
    runs: list[Path], data: Path, tmp_path: Path, tone_model: bytes, tone_info: BundleInfo, corpus: Corpus
) -> None:
    tutorial = RunOptions(load_recipe("tutorial", ["sample_rate=8000"]))
    run = make_run(tmp_path / "tutorial", tone_model, tone_info, corpus, tutorial)
    slow = "epoch,validation_accuracy,epoch_s\n1.0,0.1,600.0\n2.0,0.5,600.0\n"
    (run / "curves.csv").write_text(slow)
    found = measured([*runs, run], data, [], 200)
    assert row_of(found, "tutorial")["min_to_tutorial"] == 20
    assert row_of(found, "hears")["min_to_tutorial"] == 1  # its first epoch reaches 0.5
    (run / "curves.csv").write_text(slow.replace("0.5,", "0.9,"))
    assert row_of(measured([*runs, run], data, [], 200), "hears")["min_to_tutorial"] is None


def test_every_condition_is_measured(document: dict[str, Any]) -> None:
    assert document["test"]["conditions"] == ["clean", *SIX, TILT, MP3]
    assert document["test"]["noise_kinds"] == ["hum"]  # rain is for training
    assert row_of(document, "hears")["training_speech"] == []


def test_unheard_words_are_accepted_where_they_sound_like_a_command(document: dict[str, Any]) -> None:
    shares = {name: share["value"] for name, share in row_of(document, "hears")["false_accepts"].items()}
    assert shares == {"unheard words": pytest.approx(2 / 5), "wake_words": 1.0, "arabic_commands": 0.0}


def test_differences_are_from_the_reference(document: dict[str, Any]) -> None:
    assert document["references"] == ["half"]
    assert row_of(document, "half")["minus"] == {}
    found = row_of(document, "hears")["minus"]["half"]
    assert found["accuracy"]["clean, no unheard words"]["value"] == 0.5
    # all six speakers keep their side, or all change it: 2 of 64 draws of signs
    assert found["accuracy"]["clean, no unheard words"]["p_value"] == pytest.approx(2 / 2**6, rel=0.2)
    assert found["false_accepts"]["wake_words"]["value"] == 0.5


def test_each_reference_has_its_table(runs: list[Path], data: Path) -> None:
    found = measured(runs, data, ["half", "hears"], 200)
    there, back = row_of(found, "hears")["minus"]["half"], row_of(found, "half")["minus"]["hears"]
    assert there["accuracy"]["clean"]["value"] == -back["accuracy"]["clean"]["value"] > 0
    gain = f"{100 * there['accuracy']['clean']['value']:.1f}"
    after_half, after_hears = markdown(found).split("Each minus half")[1].split("Each minus hears")
    assert f"| hears | +{gain} " in after_half
    assert f"| half | -{gain} " in after_hears


def test_a_word_that_synthetic_voices_said_is_not_unheard(
    runs: list[Path], data: Path, tmp_path: Path, tone_model: bytes, tone_info: BundleInfo, corpus: Corpus
) -> None:
    voiced = RunOptions(load_recipe("bc-resnet", ["sample_rate=8000", "voices=10"]))
    run = make_run(tmp_path / "voiced", tone_model, tone_info, corpus, voiced)
    found = measured([*runs, run], data, [], 200)
    assert (
        "wake_words" not in row_of(found, "half")["false_accepts"]
    )  # "computer" is one of the voices' words


def test_noise_that_a_run_was_trained_with_is_not_reported(
    data: Path, tmp_path: Path, tone_model: bytes, tone_info: BundleInfo, corpus: Corpus
) -> None:
    recipe = load_recipe("bc-resnet", ["sample_rate=8000"])
    run = make_run(
        tmp_path / "noisy",
        tone_model,
        tone_info,
        corpus,
        RunOptions(recipe, noise=(str(data / "noise" / "hum"),)),
    )
    with pytest.raises(CorpusError, match="no kind of noise left that no run was trained with"):
        measured([run], data, [], 200)


def test_runs_that_cannot_be_compared_say_why(
    runs: list[Path], data: Path, tmp_path: Path, tone_model: bytes, tone_info: BundleInfo, corpus: Corpus
) -> None:
    fewer = corpus.filter(pl.col("id") != "low/0")
    other = make_run(tmp_path / "other", tone_model, tone_info, fewer)
    with pytest.raises(CorpusError, match="'half-0' and 'other' differ in their test clips"):
        measured([runs[0], other], data, [], 200)
    twin = make_run(tmp_path / "deeper" / "half-0", tone_model, tone_info, corpus)
    with pytest.raises(CorpusError, match="Two runs named 'half' have the same seed"):
        measured([runs[0], twin], data, [], 200)
    longer = RunOptions(load_recipe("bc-resnet", ["sample_rate=8000", "epochs=99"]), seed=2)
    long = make_run(tmp_path / "half-2", tone_model, tone_info, corpus, longer)
    with pytest.raises(CorpusError, match="'half' were trained by different recipes"):
        measured([runs[0], long], data, [], 200)


def test_seeds_trained_on_other_numbers_of_threads_are_one_row(
    runs: list[Path], tmp_path: Path, tone_model: bytes, tone_info: BundleInfo, corpus: Corpus
) -> None:
    threaded = RunOptions(load_recipe("bc-resnet", ["sample_rate=8000", "num_threads=2"]), seed=2)
    run = make_run(tmp_path / "half-2", tone_model, tone_info, corpus, threaded)
    (row,) = gather([FinishedRun.load(folder) for folder in (runs[0], run)])
    assert [one.options.seed for one in row.runs] == [0, 2]


def test_a_model_that_cannot_refuse_is_told_so(
    data: Path, tmp_path: Path, tone_model: bytes, tone_info: BundleInfo, corpus: Corpus
) -> None:
    bold = {"labels": ("low", "high", "third"), "background_labels": ()}
    run = make_run(tmp_path / "bold", tone_model, tone_info, corpus, **bold)
    with pytest.raises(CorpusError, match="no class _unknown_"):
        measured([run], data, [], 200)


def test_nothing_to_measure_and_an_unknown_reference_are_told(runs: list[Path], data: Path) -> None:
    with pytest.raises(UsageError, match="give folders of finished runs, or --recipes"):
        measured([], data, [], 200)
    with pytest.raises(UsageError, match="Did you mean 'hears'"):
        measured(runs, data, ["half", "hear"], 200)


def test_the_script_writes_tables_a_document_and_a_plot(runs: list[Path], data: Path, tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(unheard_accuracy.main)
    out = tmp_path / "table"
    result = CliRunner().invoke(app, ["--data", str(data), "--out", str(out), *map(str, runs)])
    assert result.exit_code == 0, result.output
    assert "| half | 2 | " in result.stdout
    assert (out / "accuracy.md").read_text("utf-8") == result.stdout.removesuffix("\n")
    found = json.loads((out / "accuracy.json").read_text("utf-8"))
    assert (out / "accuracy.svg").read_text("utf-8") == plot(found)
    assert ">hears<" in plot(found)


def test_no_name_in_the_plot_covers_another(document: dict[str, Any]) -> None:
    row = row_of(document, "hears")
    crowd = [{**row, "name": f"row {number}", "ms_per_s": 1 + 0.01 * number} for number in range(12)]
    drawn = ElementTree.fromstring(plot({**document, "rows": crowd}))
    names = [text for text in drawn.findall(".//{*}text") if (text.text or "").startswith("row ")]
    places = [(float(text.get("x", "")), float(text.get("y", ""))) for text in names]
    assert len(names) == 12
    for (x, y), (other_x, other_y) in combinations(places, 2):
        assert abs(y - other_y) >= 14 or abs(x - other_x) >= 7.2 * len("row 1")


def test_an_mp3_sounds_alike_and_comes_at_the_same_time() -> None:
    random = np.random.default_rng(0)
    clips = np.convolve(random.normal(0, 1500, 2 * 16_000), np.hanning(16), "same").astype(np.int16)
    clips = clips.reshape(2, 16_000)
    coded = through_mp3(clips, 16_000)
    assert coded.shape == clips.shape
    for clip, found in zip(clips.astype(float), coded.astype(float), strict=True):
        lags = np.correlate(found[500:-500], clip[1000:-1000], "full")
        assert int(np.argmax(lags)) - (len(clip) - 2001) == 500  # no delay
        assert 0.9 < np.corrcoef(clip, found)[0, 1] < 0.9999  # lossy


def test_a_tilt_moves_treble_against_bass_by_four_db_an_octave() -> None:
    time_s = np.arange(16_000) / 16_000
    tones = [np.sin(2 * np.pi * hz * time_s) for hz in (500, 4000)]
    clips = np.stack([(4000 * sum(tones)).astype(np.int16)] * 40)
    found = tilted(clips, 16_000, seed=0)
    spectra = np.abs(np.fft.rfft(found[:, 2000:-2000]))
    gaps_db = 20 * np.log10(spectra[:, 4000 * 12 // 16] / spectra[:, 500 * 12 // 16])
    assert {round(float(gap_db)) for gap_db in gaps_db} == {-12, 12}  # three octaves
    np.testing.assert_allclose(
        (found.astype(float) ** 2).mean(1), (clips.astype(float) ** 2).mean(1), rtol=0.02
    )


def test_an_interval_over_speakers_is_wide_where_speakers_differ() -> None:
    groups = [f"speaker {number // 10}" for number in range(400)]
    alike = np.tile([1.0] * 5 + [0.0] * 5, 40)
    apart = np.repeat([1.0, 0.0], 200)
    narrow, wide = mean_over_speakers(alike, groups), mean_over_speakers(apart, groups)
    assert narrow.value == wide.value == 0.5
    # a share of 40 speakers with half of them right: 0.5 +- 1.96 * 0.5 / sqrt(40)
    assert (wide.low, wide.high) == (pytest.approx(0.345, abs=0.03), pytest.approx(0.655, abs=0.03))


def test_a_difference_of_a_row_from_itself_is_nothing() -> None:
    values, groups = np.random.default_rng(0).random(60), [f"{number // 2}" for number in range(60)]
    found = gap(values, values, groups)
    assert (found.value, found.p_value) == (0.0, 1.0)


def test_noise_for_training_goes_to_recipes_that_add_noise(tmp_path: Path) -> None:
    small = wanted("ds-cnn:ds-cnn-s", 2, ["epochs=3"], tmp_path, tmp_path)
    assert (small.name, small.options.seed) == ("ds-cnn-s", 2)
    assert small.options.recipe.training.epochs == 3
    assert [Path(folder).name for folder in small.options.noise][:2] == ["clock_tick", "dog_bark"]
    assert wanted("tutorial", 0, [], tmp_path, None).options.noise == ()
    assert listed("robust,peers")[:3] == ["robust", "bc-resnet", "bc-resnet-3"]
    assert wanted("bc-resnet", 0, [], None, None).options.noise == ()


def test_people_talking_are_heard_by_our_own_recipes_alone(tmp_path: Path) -> None:
    names = [Path(folder).name for folder in wanted("small", 0, [], None, tmp_path).options.speech]
    assert names == ["librispeech", "alphanumeric"]
    assert wanted("small", 0, [], tmp_path, None).options.speech == ()
    assert wanted("ds-cnn:ds-cnn-s", 0, [], tmp_path, tmp_path).options.speech == ()


def test_what_starts_from_published_weights_is_trained_from_nothing_too() -> None:
    tuned, fresh = and_from_nothing(wanted("large", 1, ["epochs=3"], None, None))
    assert (tuned.name, fresh.name) == ("large", "large-from-nothing")
    assert fresh.options.recipe == load_recipe("large", ["epochs=3", "pretrained.weights=none"])
    assert fresh.options.seed == 1
    nano = wanted("nano", 0, [], None, None)
    assert and_from_nothing(nano) == [nano]


@pytest.mark.parametrize(
    ("options", "names"),
    [([], ["large", "large-from-nothing", "nano"]), (["--no-from-nothing"], ["large", "nano"])],
)
def test_the_script_trains_them_unless_told_otherwise(
    options: list[str], names: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted_names: list[str] = []

    def note(chosen: list[Wanted], data: Path, out: Path) -> list[Path]:
        wanted_names.extend(run.name for run in chosen)
        return []

    monkeypatch.setattr(unheard_accuracy, "train", note)
    app = typer.Typer()
    app.command()(unheard_accuracy.main)
    asked = ["--data", str(tmp_path), "--out", str(tmp_path), "--recipes", "large,nano", "--seeds", "0"]
    assert CliRunner().invoke(app, [*asked, "--no-measure", *options]).exit_code == 0
    assert wanted_names == names


def test_what_is_missing_is_trained_and_what_was_killed_goes_on(tone_words: Path, tmp_path: Path) -> None:
    changes = ["epochs=1", "sample_rate=8000", "batch_size=16", "num_threads=1"]
    run, told = wanted("bc-resnet:simple-cnn-1d", 3, [*changes, "warmup_epochs=0"], None, None), list[str]()
    folder = train_missing(run, tone_words, tmp_path, told.append)
    assert folder == tmp_path / "simple-cnn-1d-3"
    assert FinishedRun.load(folder).name == "simple-cnn-1d"
    assert told[0] == f"training {folder}"
    assert len([line for line in told if line.startswith("epoch")]) == 1
    num_told = len(told)
    weights = (folder / "bundle" / "model.onnx").read_bytes()
    assert train_missing(run, tone_words, tmp_path, told.append) == folder
    assert len(told) == num_told
    (folder / "evaluation.json").unlink()
    (folder / "bundle" / "model.onnx").unlink()
    train_missing(run, tone_words, tmp_path, told.append)
    assert (folder / "evaluation.json").is_file()
    assert (folder / "bundle" / "model.onnx").read_bytes() == weights


def test_what_teachers_heard_their_student_has_heard(trained_run: Path, tmp_path: Path) -> None:
    run = FinishedRun.load(trained_run)
    shutil.copytree(trained_run, tmp_path / "teacher-3")
    described = json.loads((trained_run / "run.json").read_text("utf-8"))
    described["noise"] = ["/recordings/rain"]
    described["recipe"]["data"]["voices"] = 10
    (tmp_path / "teacher-3" / "run.json").write_text(json.dumps(described), "utf-8")
    taught = replace(run, options=replace(run.options, teachers=(str(tmp_path / "teacher-3"),)))
    assert taught.noise_kinds == run.noise_kinds | {"rain"}
    assert taught.heard_words - run.heard_words == set(english_words()) - run.heard_words


def test_some_of_each_word_come_from_all_speakers() -> None:
    names = [f"{word}/{speaker}/{take}" for word in "ab" for speaker in "xyz" for take in range(5)]
    frame = pl.DataFrame({"id": names, "path": names, "duration_s": 1.0, "sample_rate": 8000}).with_columns(
        word=pl.col("id").str.slice(0, 1), speaker=pl.col("id").str.slice(2, 1)
    )
    chosen = some_of_each(Corpus(frame), 4, seed=1).frame
    assert chosen["word"].value_counts().sort("word").rows() == [("a", 4), ("b", 4)]
    assert chosen.group_by("word").agg(pl.col("speaker").n_unique())["speaker"].to_list() == [3, 3]
