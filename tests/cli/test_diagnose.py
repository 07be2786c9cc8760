"""`unheard diagnose` as people and scripts call it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from unheard.cli.main import main
from unheard.corpus.table import Corpus
from unheard.diagnose.diagnosis import Diagnosis
from unheard.signal.audio_file import read_audio
from unheard.train.plan import load_plan

QUICK = ("--experiment", "split-flattery", "--experiment", "slices")


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["diagnose", *map(str, arguments)])
    printed = capsys.readouterr()
    code = ended.value.code
    assert isinstance(code, int)
    return code, printed.out, printed.err


@pytest.fixture(scope="module")
def live(trained_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The words of the test speakers under other names, 40 dB more quietly."""
    folder = tmp_path_factory.mktemp("live")
    words = Corpus.load(trained_run / "corpus.parquet").subset("test").utterances
    for path, label, speaker in words.select("path", "label", "speaker").iter_rows():
        samples, sample_rate = read_audio(Path(path))
        (folder / label).mkdir(exist_ok=True)
        name = folder / label / f"live{speaker}_{Path(path).stem}.wav"
        soundfile.write(name, 0.01 * samples, sample_rate, "FLOAT")
    return folder


def test_json_is_the_diagnosis_with_its_plan_and_where_things_lie(
    capsys: pytest.CaptureFixture[str], trained_run: Path, live: Path, tmp_path: Path
) -> None:
    out = tmp_path / "diagnosis"
    code, printed, err = run(capsys, trained_run, "--live", live, "--out", out, *QUICK, "--json")
    document = json.loads(printed)

    assert code == 0
    assert document["written"] == {
        "diagnosis": str(out / "diagnosis.json"),
        "plan": str(out / "plan.toml"),
        "report": str(out / "diagnosis.html"),
    }
    stored = json.loads((out / "diagnosis.json").read_text())
    assert Diagnosis.from_dict(stored).to_dict() == stored
    assert {key: document[key] for key in stored} == stored
    assert [row["experiment"] for row in stored["experiments"]] == ["split-flattery", "slices"]
    assert stored["test"]["speakers"] == 4
    assert stored["notes"][-1].startswith("48 of 48 live clips name no speaker: each counts as one")
    assert load_plan(out / "plan.toml").run == str(trained_run)
    assert "<html" in (out / "diagnosis.html").read_text()
    assert "split-flattery: accuracy on people and recordings that were trained on" in err


def test_people_are_told_what_was_found_and_where_the_report_is(
    capsys: pytest.CaptureFixture[str], trained_run: Path, live: Path, tmp_path: Path
) -> None:
    out = tmp_path / "diagnosis"
    code, printed, _ = run(capsys, trained_run, "--live", live, "--out", out, "--before", trained_run, *QUICK)

    assert code == 0
    assert "test claims" in printed
    assert f"report     {out / 'diagnosis.html'}" in printed
    compared = json.loads((out / "diagnosis.json").read_text())["compared"]
    assert (compared["test"]["value"], compared["live"]["value"]) == (0.0, 0.0)


def test_a_bundle_alone_is_diagnosed_on_labelled_clips(
    capsys: pytest.CaptureFixture[str], trained_run: Path, tone_words: Path, tmp_path: Path
) -> None:
    bundle = tmp_path / "alone"
    bundle.mkdir()
    for file in (trained_run / "bundle").iterdir():
        (bundle / file.name).write_bytes(file.read_bytes())
    code, printed, _ = run(capsys, bundle, tone_words, "--out", tmp_path / "out", *QUICK, "--json")

    rows = {row["experiment"]: row for row in json.loads(printed)["experiments"]}
    assert code == 0
    assert rows["split-flattery"]["skipped"] == (
        "It needs what the model learned from: give --train, or a run folder as the model."
    )
    assert rows["slices"]["skipped"] == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Give a model: a run folder, a bundle, an .onnx file or package.module:function."),
        (("{run}", "--cut", "middle"), "--cut is 'middle'; possible are loudest and first."),
        (("{run}", "--out", "{file}"), "is a file, and a diagnosis is a folder"),
        (("{run}", "--experiment", "slcies"), "Unknown experiment 'slcies'. Did you mean 'slices'"),
        (("{run}", "--split", "tset"), "The corpus has no split 'tset'; it has: test, train, validation."),
        (("{run}", "--live", "nowhere"), "Corpus 'nowhere': there is no such file or folder."),
        (("nowhere",), "Model 'nowhere' does not exist. Possible are a run folder, a bundle"),
        (("{bundle}",), "Give a folder of recordings or a corpus file to test on"),
    ],
)
def test_wrong_use_is_one_line_and_code_2(
    capsys: pytest.CaptureFixture[str],
    trained_run: Path,
    tone_bundle: Path,
    tmp_path: Path,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    file = tmp_path / "file"
    file.touch()
    words = [word.format(run=trained_run, bundle=tone_bundle, file=file) for word in arguments]
    if "--out" not in words:
        words += ["--out", str(tmp_path / "out")]
    code, printed, err = run(capsys, *words)

    errors = [line for line in err.splitlines() if line.startswith("unheard: ")]
    assert (code, printed, len(errors)) == (2, "", 1)
    assert message in errors[0]
    assert not (tmp_path / "out").exists()


def test_paths_that_part_are_said_with_the_first_stage(
    capsys: pytest.CaptureFixture[str], live: Path, tmp_path: Path
) -> None:
    file = next(live.rglob("*.wav"))
    samples, sample_rate = soundfile.read(file, dtype="float32")
    later = tmp_path / "later.wav"
    soundfile.write(later, np.concatenate([np.zeros(160, np.float32), samples]), sample_rate, "FLOAT")

    code, printed, _ = run(capsys, "--same", file, later, "--json")
    document = json.loads(printed)
    assert (code, document["steps"][0]["stage"], document["steps"][0]["size"]) == (1, "length", 160)
    assert run(capsys, "--same", file, file)[:2] == (0, "Both paths give the same.\n")


def test_two_functions_are_compared_on_recordings(
    capsys: pytest.CaptureFixture[str], live: Path, tmp_path: Path
) -> None:
    (tmp_path / "paths.py").write_text(
        "import soundfile\n"
        "def training(path):\n    return soundfile.read(path, dtype='float32')\n"
        "def live(path):\n    samples, rate = training(path)\n    return samples * 32768, rate\n"
    )
    specs = [f"{tmp_path / 'paths.py'}:{name}" for name in ("training", "live")]

    code, printed, _ = run(capsys, "--same", *specs, "--live", live)
    assert code == 1
    assert printed.startswith("The paths part at the stage scaling:")
    code, _, err = run(capsys, "--same", *specs)
    assert code == 2
    assert "Two functions are compared on recordings: give a folder of some with --live." in err
    code, _, err = run(capsys, "--same", "here.wav", specs[0])
    assert code == 2
    assert "give two files that are there, or two functions" in err


def test_models_that_are_not_alike_are_not_compared(
    capsys: pytest.CaptureFixture[str], trained_run: Path, tone_bundle: Path, tmp_path: Path
) -> None:
    code, _, err = run(capsys, trained_run, "--before", tone_bundle, "--out", tmp_path / "out", *QUICK)

    assert code == 2
    assert "Only models alike can be compared." in err


def test_the_list_names_every_experiment_and_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    code, printed, _ = run(capsys, "--list", "--json")
    rows = {row["experiment"]: row for row in json.loads(printed)["experiments"]}

    assert code == 0
    assert rows["split-flattery"]["needs"] == "train"
    assert run(capsys, "--list")[1].count("\n") >= len(rows)


def test_clips_far_too_quiet_are_read_as_they_are(live: Path) -> None:
    samples, _ = read_audio(next(live.rglob("*.wav")))
    assert 0 < np.abs(samples).max() < 0.02
