"""Splits that do not leak: the promises that hold for every corpus, and real recordings."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
import soundfile
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from unheard.corpus.importing import load_corpus
from unheard.corpus.split import SplitOptions, SplitResult, split_corpus
from unheard.corpus.table import Corpus
from unheard.errors import CorpusError

SETTINGS = settings(deadline=None, max_examples=40)
HELD_OUT = ("validation", "test")
BY_GROUP = SplitOptions(method="group", validation_share=0.2, test_share=0.2, find_duplicates=False)
Clip = tuple[str, str]  # speaker, label
CLIPS = st.lists(st.tuples(st.text("abcdef", min_size=1, max_size=3), st.sampled_from("xyz")), min_size=1)


def _corpus(clips: Sequence[Clip]) -> Corpus:
    rows = [
        {"id": f"{n}", "path": f"/{n}.wav", "speaker": speaker, "label": label}
        for n, (speaker, label) in enumerate(clips)
    ]
    return Corpus(pl.DataFrame(rows).with_columns(duration_s=1.0, sample_rate=16_000))


def _places(result: SplitResult) -> dict[str, str]:
    """Split of each group; fails if one has two."""
    rows = pl.DataFrame({"group": result.groups, "split": result.corpus.frame["split"]}).drop_nulls("group")
    assert rows.unique().height == rows["group"].n_unique()
    return dict(rows.unique().iter_rows())


def _moved(result: SplitResult) -> bool:
    return any("comes nearest and was put there" in said for said in result.warnings)


@SETTINGS
@given(clips=CLIPS)
def test_no_group_is_on_two_sides(clips: list[Clip]) -> None:
    result = split_corpus(_corpus(clips), BY_GROUP)
    assert set(_places(result)) == {speaker for speaker, _ in clips}
    assert result.num_torn_groups == 0


@SETTINGS
@given(clips=CLIPS, more=CLIPS)
def test_adding_recordings_moves_nobody(clips: list[Clip], more: list[Clip]) -> None:
    before, after = split_corpus(_corpus(clips), BY_GROUP), split_corpus(_corpus(clips + more), BY_GROUP)
    assume(not _moved(before) and not _moved(after))
    assert _places(before).items() <= _places(after).items()


@SETTINGS
@given(clips=CLIPS, more=CLIPS)
def test_nobody_who_trained_is_ever_held_out_later(clips: list[Clip], more: list[Clip]) -> None:
    """Holds also for groups that filled an empty split, once every split has one."""
    first, second = (split_corpus(_corpus(some), BY_GROUP) for some in (clips, clips + more))
    before, after = _places(first), _places(second)
    assume(set(before.values()) == {"train", *HELD_OUT})
    assume(not any("falls into train" in said for said in first.warnings))
    assert all(after[name] == "train" for name, place in before.items() if place == "train")


@SETTINGS
@given(clips=CLIPS)
def test_the_order_of_rows_changes_nothing(clips: list[Clip]) -> None:
    forward, backward = (split_corpus(_corpus(some), BY_GROUP) for some in (clips, clips[::-1]))
    assert _places(forward) == _places(backward)
    assert forward.table.equals(backward.table)
    assert forward.warnings == backward.warnings


@SETTINGS
@given(clips=CLIPS, stratify=st.booleans())
def test_the_table_counts_every_utterance_once(clips: list[Clip], stratify: bool) -> None:
    options = SplitOptions(method="group", stratify=stratify, find_duplicates=False)
    result = split_corpus(_corpus(clips), options)
    assert result.table["utterances"].sum() == len(clips)
    assert result.table.height == 3 * len({label for _, label in clips})
    for row in result.table.iter_rows(named=True):
        pairs = zip(clips, result.corpus.frame["split"], strict=True)
        speakers = [who for (who, label), split in pairs if (label, split) == (row["label"], row["split"])]
        assert (len(speakers), len(set(speakers))) == (row["utterances"], row["groups"])


def test_groups_without_words_are_told_from_rows_of_noise() -> None:
    corpus = _corpus([("a", "x"), ("b", "x"), ("noise", "x")])
    corpus = corpus.with_column("role", ["utterance", "utterance", "noise"])
    result = split_corpus(corpus, BY_GROUP)
    assert result.groups.to_list() == ["a", "b", None]
    assert result.corpus.frame["split"][2] is None


def test_a_corpus_of_noise_alone_is_refused() -> None:
    corpus = _corpus([("a", "x")]).with_column("role", ["noise"])
    with pytest.raises(CorpusError, match="Nothing to split"):
        split_corpus(corpus)


def _side_of(result: SplitResult) -> dict[str, str]:
    return dict(result.corpus.utterances.select("id", "split").iter_rows())


def test_arabic_commands_leave_no_speaker_on_two_sides(data_dir: Path) -> None:
    result = split_corpus(load_corpus(data_dir / "arabic_commands"))
    assert result.method == "group"
    assert len(_places(result)) == 18
    for split in ("train", *HELD_OUT):
        assert len(result.corpus.subset(split).labels) == 8


def test_wake_words_have_no_speakers_and_are_split_by_recording(data_dir: Path) -> None:
    result = split_corpus(load_corpus(data_dir / "wake_words"))
    assert result.group_kind == "content"
    assert len(_places(result)) == 558
    shares = result.corpus.frame["split"].value_counts(normalize=True)
    assert dict(shares.iter_rows())["test"] == pytest.approx(0.1, abs=0.04)  # three binomial deviations


def test_planted_copies_of_real_recordings_stay_together(data_dir: Path, tmp_path: Path) -> None:
    """Every clip of 60 has a copy of its bytes and one in another container, under other names and words."""
    originals = sorted((data_dir / "wake_words" / "computer").glob("*.flac"))[:60]
    copies: dict[str, tuple[str, str]] = {}
    for word in ("computer", "renamed", "recoded"):
        (tmp_path / word).mkdir()
    for number, original in enumerate(originals):
        kept, renamed = f"computer/{original.name}", f"renamed/z{number}.flac"
        shutil.copy(original, tmp_path / kept)
        shutil.copy(original, tmp_path / renamed)
        recoded = f"recoded/a{number}.wav"
        samples, sample_rate = soundfile.read(original, dtype="int16")
        soundfile.write(tmp_path / recoded, samples, sample_rate)
        copies[kept] = (renamed, recoded)
    result = split_corpus(load_corpus(tmp_path), SplitOptions(validation_share=0.3, test_share=0.3))
    side_of = _side_of(result)
    assert len(side_of) == 180
    assert set(side_of.values()) == {"train", *HELD_OUT}
    for kept, others in copies.items():
        assert {side_of[other] for other in others} == {side_of[kept]}
    alone = split_corpus(
        load_corpus(tmp_path), SplitOptions(validation_share=0.3, test_share=0.3, find_duplicates=False)
    )
    torn = [
        kept
        for kept, others in copies.items()
        if len({_side_of(alone)[name] for name in (kept, *others)}) > 1
    ]
    assert len(torn) > 20  # without the search for copies, this test does see them torn


def test_copies_with_two_speakers_make_one_group_of_them(data_dir: Path, tmp_path: Path) -> None:
    """A mislabelled speaker: the copy drags all recordings of both to one side."""
    for speaker in ("george", "lucas"):
        for digit in range(5):
            shutil.copy(data_dir / "fsdd" / "recordings" / f"{digit}_{speaker}_0.flac", tmp_path)
    samples, sample_rate = soundfile.read(tmp_path / "0_george_0.flac", dtype="int16")
    soundfile.write(tmp_path / "9_lucas_9.wav", samples, sample_rate)
    result = split_corpus(load_corpus(tmp_path))
    assert set(result.groups) == {"george"}
    assert any("ties 2 speakers into 1 groups, e.g. george+lucas" in said for said in result.warnings)
    assert any("Cannot fill 3 splits with 1 groups" in said for said in result.warnings)
