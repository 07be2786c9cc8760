"""Groups: speakers, else sessions, else recordings; identical audio makes one group of two."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from unheard.corpus.groups import find_groups
from unheard.corpus.table import Corpus
from unheard.errors import UsageError
from unheard.signal.audio_file import write_audio

SETTINGS = settings(deadline=None, max_examples=40)


def _corpus(rows: list[dict[str, object]]) -> Corpus:
    defaults = {"duration_s": 1.0, "sample_rate": 16_000}
    numbered = [{"id": f"r{n}", "path": f"/r{n}.wav"} | defaults | row for n, row in enumerate(rows)]
    return Corpus(pl.DataFrame(numbered, infer_schema_length=None))


def _written(
    folder: Path, clips: list[tuple[NDArray[np.float32], str | None]], suffix: str = "flac"
) -> Corpus:
    rows: list[dict[str, object]] = []
    for number, (samples, speaker) in enumerate(clips):
        path = folder / f"clip{number}.{suffix}"
        write_audio(path, samples, 16_000)
        rows.append({"path": str(path), "speaker": speaker, "duration_s": len(samples) / 16_000})
    return _corpus(rows)


def _noise(seed: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).uniform(-0.5, 0.5, 16_000).astype(np.float32)


@pytest.mark.parametrize(
    ("column", "kind"), [("speaker", "speaker"), ("session", "session"), ("room", "content")]
)
def test_groups_are_speakers_else_sessions_else_recordings(column: str, kind: str) -> None:
    groups = find_groups(_corpus([{column: "x"}, {column: "y"}, {column: "x"}]), find_duplicates=False)
    assert groups.kind == kind
    assert groups.names.n_unique() == (3 if kind == "content" else 2)
    assert not groups.warnings


def test_a_table_can_declare_what_stays_together() -> None:
    rows: list[dict[str, object]] = [
        {"speaker": "a", "keep_together": "x"},
        {"speaker": "b", "keep_together": "x"},
        {"speaker": "b", "keep_together": None},
        {"speaker": "c", "keep_together": ""},
        {"speaker": None, "keep_together": ""},
    ]
    groups = find_groups(_corpus(rows), find_duplicates=False)
    assert groups.names.to_list() == ["a", "a", "a", "c", "r4"]
    assert groups.contents.n_unique() == 4
    assert any(
        "Identical audio and the column 'keep_together' tie 2 speakers into 1 groups, e.g. a+b" in said
        for said in groups.warnings
    )
    without = [{"speaker": row["speaker"]} for row in rows]
    assert find_groups(_corpus(without), find_duplicates=False).names.n_unique() == 4


def test_any_column_can_name_the_groups() -> None:
    corpus = _corpus([{"speaker": "a", "room": 1}, {"speaker": "b", "room": 1}, {"speaker": "a", "room": 2}])
    assert find_groups(corpus, "room", find_duplicates=False).names.to_list() == ["1", "1", "2"]
    assert find_groups(corpus, "content", find_duplicates=False).names.n_unique() == 3
    with pytest.raises(UsageError, match=r"Unknown column to group by 'rom'\. Did you mean 'room'"):
        find_groups(corpus, "rom")


def test_utterances_of_one_recording_are_one_group_even_with_two_speakers() -> None:
    corpus = _corpus([{"path": "/talk.wav", "speaker": "b"}, {"path": "/talk.wav", "speaker": "a"}])
    groups = find_groups(corpus, find_duplicates=False)
    assert groups.names.to_list() == ["a", "a"]
    assert any("Identical audio ties 2 speakers into 1 groups, e.g. a+b" in said for said in groups.warnings)


def test_identical_audio_ties_speakers_through_a_chain(tmp_path: Path) -> None:
    one, two, three, other = (_noise(seed) for seed in range(4))
    clips = [(one, "d"), (one, "c"), (two, "c"), (two, "b"), (three, "b"), (three, None), (other, "a")]
    groups = find_groups(_written(tmp_path, clips))
    assert groups.names.to_list() == ["b"] * 6 + ["a"]
    assert groups.contents.n_unique() == 4


def test_utterances_without_a_speaker_are_groups_of_their_own_and_said(tmp_path: Path) -> None:
    clips = [(_noise(0), "a"), (_noise(1), None), (_noise(2), None), (_noise(1), None)]
    groups = find_groups(_written(tmp_path, clips))
    assert groups.names[0] == "a"
    assert groups.names[1] == groups.names[3] != groups.names[2]
    assert any("3 of 4 utterances have no speaker" in said for said in groups.warnings)


def test_a_recording_is_named_by_its_samples_not_by_its_file(tmp_path: Path) -> None:
    first = find_groups(_written(tmp_path / "a", [(_noise(0), None), (_noise(1), None)], "flac"))
    second = find_groups(_written(tmp_path / "b", [(_noise(1), None), (_noise(2), None)], "wav"))
    assert first.names[1] == second.names[0]
    assert len({*first.names, *second.names}) == 3


def test_noise_has_no_group(tmp_path: Path) -> None:
    corpus = _corpus([{"speaker": "a"}, {"role": "noise"}, {"speaker": "b"}])
    assert find_groups(corpus, find_duplicates=False).names.to_list() == ["a", "b"]


def test_what_cannot_be_read_is_said() -> None:
    groups = find_groups(_corpus([{"speaker": "a"}, {}]))
    assert groups.names.to_list() == ["a", "r1"]
    assert any("2 utterances cannot be read" in said for said in groups.warnings)


ROWS = st.lists(st.tuples(st.sampled_from("abcd") | st.none(), st.integers(0, 5)), min_size=1, max_size=12)


@SETTINGS
@given(rows=ROWS)
def test_groups_are_the_connected_components(rows: list[tuple[str | None, int]]) -> None:
    """Against the plainest way: merge until nothing changes."""
    corpus = _corpus([{"speaker": speaker, "path": f"/{file}.wav"} for speaker, file in rows])
    names = find_groups(corpus, "speaker", find_duplicates=False).names.to_list()
    group = list(range(len(rows)))
    for _ in rows:
        for i, (speaker, file) in enumerate(rows):
            for j, (other, second) in enumerate(rows):
                if file == second or (speaker is not None and speaker == other):
                    group[i] = group[j] = min(group[i], group[j])
    assert [[a == b for b in names] for a in names] == [[a == b for b in group] for a in group]
