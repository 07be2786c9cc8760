"""Official lists: kept as they are, completed where they lack a part, never corrected in silence."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from unheard.corpus.importing import load_corpus
from unheard.corpus.split import SplitOptions, SplitResult, split_corpus
from unheard.corpus.splits.assign import hash_position
from unheard.corpus.table import Corpus
from unheard.errors import UsageError

AUTO = SplitOptions(find_duplicates=False)


def _corpus(splits: list[str | None], speakers: list[str] | None = None) -> Corpus:
    names = [f"clip{row:03}" for row in range(len(splits))]
    return Corpus(
        pl.DataFrame(
            {
                "id": names,
                "path": [f"/{name}.wav" for name in names],
                "split": pl.Series(splits, dtype=pl.String),
                "speaker": speakers or names,
                "label": "yes",
                "duration_s": 1.0,
                "sample_rate": 16_000,
            }
        )
    )


def _splits(result: SplitResult) -> list[str]:
    return result.corpus.frame["split"].to_list()


def test_complete_lists_stay_as_they_are() -> None:
    lists = ["train"] * 8 + ["validation", "test", "train"]
    result = split_corpus(_corpus(lists), AUTO)
    assert result.method == "official"
    assert _splits(result) == lists
    assert not result.notes
    assert not result.warnings


def test_without_a_test_list_half_of_the_validation_speakers_are_tested() -> None:
    speakers = [f"s{row // 4}" for row in range(400)]
    lists = ["train"] * 200 + ["validation"] * 200
    result = split_corpus(_corpus(lists, speakers), AUTO)
    assert _splits(result)[:200] == ["train"] * 200
    expected = ["test" if hash_position(name, "unheard") < 0.5 else "validation" for name in speakers[200:]]
    assert _splits(result)[200:] == expected
    assert 60 <= expected.count("test") <= 140
    assert any("no test set: their validation groups are divided in two" in note for note in result.notes)


def test_without_a_validation_list_training_speakers_are_taken() -> None:
    result = split_corpus(_corpus(["train"] * 100 + ["test"] * 10), AUTO)
    assert _splits(result)[100:] == ["test"] * 10
    expected = [
        "validation" if hash_position(f"clip{row:03}", "unheard") < 0.1 else "train" for row in range(100)
    ]
    assert _splits(result)[:100] == expected
    assert any("no validation set: it is taken by hash" in note for note in result.notes)


def test_a_part_that_is_not_asked_for_is_not_made() -> None:
    lists = ["train"] * 20 + ["validation"] * 10
    assert _splits(split_corpus(_corpus(lists), SplitOptions(test_share=0.0, find_duplicates=False))) == lists


@pytest.mark.parametrize("only", ["train", "test"])
def test_lists_that_divide_nothing_are_split_anew(only: str) -> None:
    result = split_corpus(_corpus([only] * 50), AUTO)
    assert result.method == "group"
    assert set(_splits(result)) == {"train", "validation", "test"}
    assert any(f"hold nothing but {only}" in note for note in result.notes)


def test_new_utterances_follow_their_speaker_or_go_by_hash() -> None:
    lists = ["train", "validation", "test", None, None, None, *[None] * 50]
    speakers = ["a", "b", "c", "a", "b", "c", *[f"new{number}" for number in range(50)]]
    result = split_corpus(_corpus(lists, speakers), AUTO)
    assert _splits(result)[:6] == ["train", "validation", "test"] * 2
    by_group = SplitOptions(method="group", find_duplicates=False)
    alone = split_corpus(_corpus([None] * 50, speakers[6:]), by_group)
    assert _splits(result)[6:] == _splits(alone)
    assert (
        "53 utterances are in no official list: 3 follow their group, 50 go by the hash of theirs."
        in result.notes
    )


def test_a_stored_split_is_kept_when_the_corpus_grows() -> None:
    """The way to freeze a split for good: store it, add to it."""
    first = split_corpus(_corpus([None] * 60), AUTO)
    grown = _corpus([*_splits(first), *[None] * 40])
    assert _splits(split_corpus(grown, AUTO))[:60] == _splits(first)


def test_lists_that_contradict_themselves_are_kept_and_said() -> None:
    lists = ["train", "test", "validation", "train"]
    result = split_corpus(_corpus(lists, ["a", "a", "b", "c"]), AUTO)
    assert _splits(result) == lists
    assert result.num_torn_groups == 1
    assert any("1 speaker groups on two sides, e.g. 'a'" in said for said in result.warnings)


def test_official_without_lists_is_refused() -> None:
    with pytest.raises(UsageError, match="has no official lists"):
        split_corpus(_corpus([None, None]), SplitOptions(method="official"))


def test_speech_commands_keeps_its_lists_and_tests_half_of_the_validation_speakers(data_dir: Path) -> None:
    corpus = load_corpus(data_dir / "speech_commands")
    result = split_corpus(corpus, AUTO)
    assert result.method == "official"
    before, after = corpus.frame["split"], result.corpus.frame["split"]
    assert after.filter(before == "train").unique().to_list() == ["train"]
    assert sorted(after.filter(before == "validation").unique()) == ["test", "validation"]
    speakers = [
        set(result.corpus.subset(split).frame["speaker"]) for split in ("train", "validation", "test")
    ]
    assert sum(map(len, speakers)) == len(set.union(*speakers)) == 1_588
    assert 0.35 < len(speakers[2]) / (len(speakers[1]) + len(speakers[2])) < 0.65
    noise = result.corpus.noise
    assert noise.height == 4
    assert noise["split"].null_count() == 4
