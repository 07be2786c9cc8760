"""The story is told whole, from numbers that are on disk too, and told again where it was told."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from unheard.cli.demo_view import chapter_view, closing_text
from unheard.corpus.table import Corpus
from unheard.demo.chapters import Chapter, Elsewhere, Recordings, Repair, Splits
from unheard.demo.story import DemoOptions, tell
from unheard.errors import UsageError
from unheard.evaluate.paired import paired_difference
from unheard.run import Watch
from unheard.runtime.bundle import Bundle
from unheard.signal.audio_file import read_audio

Told = tuple[Path, list[Chapter], list[str]]
CONDITIONS = [
    "clean",
    "noise 20 dB",
    "noise 10 dB",
    "noise 0 dB",
    "reverberation",
    "telephone",
    "level -26 dB",
]


def printed(chapter: Chapter) -> str:
    console = Console(file=io.StringIO(), width=80)
    console.print(chapter_view(chapter))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert isinstance(text, str)
    return text.replace("\u00a0", " ")


def test_four_chapters_are_told(told: Told) -> None:
    _, (recordings, splits, elsewhere, repair), steps = told
    assert isinstance(recordings, Recordings)
    assert (recordings.utterances, recordings.speakers, recordings.labels) == (48, 8, ("no", "stop", "yes"))
    assert isinstance(splits, Splits)
    assert splits.flattery is not None
    assert (splits.flattery.utterances, splits.flattery.speakers) == (48, 8)
    assert isinstance(elsewhere, Elsewhere)
    assert isinstance(repair, Repair)
    assert [row.condition for row in elsewhere.rows] == [row.condition for row in repair.rows] == CONDITIONS
    assert steps[0] == "speaking and recording a corpus"
    assert "training 4 models by the recipe 'before'" in steps


def test_both_models_are_tested_on_the_same_speakers_and_trained_on_others(told: Told) -> None:
    folder, (_, _, elsewhere, repair), _ = told
    runs = [Corpus.load(folder / name / "corpus.parquet") for name in ("conventional", "robust")]
    assert runs[0].frame["split"].equals(runs[1].frame["split"])
    tested, trained = (set(runs[0].subset(split).frame["speaker"]) for split in ("test", "train"))
    assert len(tested) == 4
    assert not tested & trained
    before, after = (chapter.run.results[0].predictions for chapter in (elsewhere, repair))  # type: ignore[union-attr]
    assert before.ids == after.ids


def test_changes_are_paired_against_clean_and_against_the_model_before(told: Told) -> None:
    _, (_, _, elsewhere, repair), _ = told
    assert isinstance(elsewhere, Elsewhere)
    assert isinstance(repair, Repair)
    before, after = elsewhere.run.results, repair.run.results
    assert elsewhere.rows[0].change is None
    expected = paired_difference(before[3].predictions, before[0].predictions, seed=1)
    assert elsewhere.rows[3].change == expected
    gain = repair.rows[3].change
    assert gain == paired_difference(after[3].predictions, before[3].predictions, seed=1)
    assert gain.value == pytest.approx(repair.rows[3].accuracy.value - elsewhere.rows[3].accuracy.value)


def test_the_folder_holds_the_numbers_the_bundle_and_the_report(told: Told) -> None:
    folder, chapters, _ = told
    numbers = json.loads((folder / "demo.json").read_text("utf-8"))
    assert numbers == json.loads(json.dumps({"seed": 1, **{part.name: part.to_dict() for part in chapters}}))
    assert Bundle.load(Path(numbers["repair"]["bundle"])).info.recipe == "after"
    assert "<svg" in (folder / "robust" / "report.html").read_text("utf-8")
    for line in closing_text(folder, 200).splitlines()[:3]:
        assert Path(line.split(maxsplit=1)[1]).exists()


def test_a_terminal_of_80_columns_shows_all_of_it(told: Told) -> None:
    _, chapters, _ = told
    recordings, splits, elsewhere, repair = map(printed, chapters)
    assert "48 clips of 3 words by 8 synthetic voices" in " ".join(recordings.split())
    for text in ("single clips, as a random split does", "whole speakers, so that none was heard", "points"):
        assert text in splits
    assert "1 epochs" not in elsewhere
    for text in (elsewhere, repair):
        rows = [line for line in text.splitlines() if line.startswith(tuple(CONDITIONS))]
        assert len(rows) == len(CONDITIONS)
        assert all(1 <= row.count("]") <= 2 and "…" not in row for row in rows)


def test_telling_it_again_replaces_what_was_there(
    told: Told, demo_options: DemoOptions, tmp_path: Path
) -> None:
    folder = tmp_path / "demo"
    (folder / "robust").mkdir(parents=True)
    (folder / "robust" / "old").touch()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "precious").touch()
    (folder / "conventional").symlink_to(tmp_path / "elsewhere")
    (folder / "demo.json").write_text("{}")
    (folder / "notes.txt").touch()
    next(tell(folder, demo_options))
    assert sorted(path.name for path in folder.iterdir()) == ["demo.json", "notes.txt", "recordings"]
    assert (tmp_path / "elsewhere" / "precious").exists()
    spoken, again = (sorted((demo / "recordings").rglob("*.flac")) for demo in (told[0], folder))
    assert [path.name for path in again] == [path.name for path in spoken]
    for one, other in zip(spoken, again, strict=True):  # a Fourier transform may round the last bit otherwise
        assert read_audio(other)[0] == pytest.approx(read_audio(one)[0], abs=1.5 / 32768)


def test_a_folder_of_something_else_is_left_alone(demo_options: DemoOptions, tmp_path: Path) -> None:
    (tmp_path / "robust").mkdir()
    with pytest.raises(UsageError, match="holds something that no demo left there"):
        next(tell(tmp_path, demo_options))
    assert (tmp_path / "robust").exists()


def test_recordings_in_the_folder_of_the_demo_are_not_deleted(told: Told, demo_options: DemoOptions) -> None:
    folder = told[0]
    with pytest.raises(UsageError, match="lie in the demo's folder, which is made anew"):
        next(tell(folder, replace(demo_options, data=folder / "recordings")))
    assert (folder / "recordings" / "corpus.parquet").exists()


def test_it_is_told_on_real_recordings(told: Told, demo_options: DemoOptions, tmp_path: Path) -> None:
    recordings, splits = _first_two(replace(demo_options, data=told[0] / "recordings"), tmp_path / "demo")
    assert (recordings.utterances, recordings.speakers, recordings.synthetic) == (48, 8, False)
    assert splits.flattery is not None
    assert "48 clips of 3 words by 8 speakers, from" in " ".join(printed(recordings).split())
    assert not (tmp_path / "demo" / "recordings").exists()


def test_recordings_of_nobody_skip_the_splits(told: Told, demo_options: DemoOptions, tmp_path: Path) -> None:
    corpus = Corpus.load(told[0] / "recordings" / "corpus.parquet")
    corpus.with_column("speaker", [None] * 48).save(tmp_path / "nobody.parquet")
    recordings, splits = _first_two(
        replace(demo_options, data=tmp_path / "nobody.parquet"), tmp_path / "demo"
    )
    assert "speakers who are not named" in " ".join(printed(recordings).split())
    assert splits.to_dict() == {}
    assert "can't be measured on them" in " ".join(printed(splits).split())


def _first_two(options: DemoOptions, folder: Path) -> tuple[Recordings, Splits]:
    story = tell(folder, options, Watch())
    recordings, splits = next(story), next(story)
    assert isinstance(recordings, Recordings)
    assert isinstance(splits, Splits)
    return recordings, splits
