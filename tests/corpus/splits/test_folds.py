"""Folds: everyone is tested once; and labels are dealt out evenly."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unheard.corpus.groups import find_groups
from unheard.corpus.importing import load_corpus
from unheard.corpus.split import SplitOptions, split_corpus
from unheard.corpus.splits.folds import deal, leaky_k_fold
from unheard.corpus.table import Corpus
from unheard.errors import UsageError

SETTINGS = settings(deadline=None, max_examples=60)
LABELS_OF = st.dictionaries(
    st.text(min_size=1, max_size=4), st.sets(st.sampled_from("abcd"), min_size=1), min_size=5, max_size=40
)


def _corpus(num_speakers: int, labels: str = "ab") -> Corpus:
    rows = [
        {
            "id": f"{label}{number}",
            "path": f"/{label}{number}.wav",
            "speaker": f"s{number:02}",
            "label": label,
        }
        for number in range(num_speakers)
        for label in labels
    ]
    return Corpus(pl.DataFrame(rows).with_columns(duration_s=1.0, sample_rate=16_000))


def _options(method: str, **options: object) -> SplitOptions:
    return SplitOptions(method=method, find_duplicates=False, **options)  # type: ignore[arg-type]


@SETTINGS
@given(labels_of=LABELS_OF, num_folds=st.integers(2, 5))
def test_folds_partition_the_groups_evenly(labels_of: dict[str, set[str]], num_folds: int) -> None:
    folds = deal(labels_of, SplitOptions(method="k-fold", num_folds=num_folds))
    assert sorted(group for fold in folds for group in fold) == sorted(labels_of)
    assert max(map(len, folds)) - min(map(len, folds)) <= 1


def test_a_label_of_single_label_groups_is_dealt_out_evenly() -> None:
    labels_of = {f"{label}{number}": {label} for label in "abcdefg" for number in range(11)}
    for fold in deal(labels_of, SplitOptions(method="k-fold", num_folds=5)):
        counts = Counter(group[0] for group in fold)
        assert set(counts) == set("abcdefg")
        assert set(counts.values()) <= {2, 3}


def test_over_all_folds_every_utterance_is_tested_once() -> None:
    corpus = _corpus(13)
    tested: list[str] = []
    for fold in range(4):
        result = split_corpus(corpus, _options("k-fold", num_folds=4, fold=fold))
        assert result.num_torn_groups == 0
        assert set(result.corpus.frame["split"]) == {"train", "validation", "test"}
        tested += result.corpus.subset("test").frame["id"].to_list()
    assert sorted(tested) == sorted(corpus.frame["id"])


def test_leaky_folds_test_every_clip_once_and_have_its_speaker_on_both_sides() -> None:
    utterances = _corpus(13).utterances
    groups, tested = find_groups(_corpus(13), find_duplicates=False), list[str]()
    for fold in range(3):
        splits = leaky_k_fold(utterances, groups, _options("k-fold", num_folds=3, fold=fold)).splits
        held_out = utterances.filter(splits == "test")
        assert held_out["label"].value_counts()["count"].sort().to_list() in ([4, 4], [4, 5], [5, 5])
        trained = utterances.filter(splits == "train")
        assert set(held_out["speaker"]) & set(trained["speaker"])
        tested += held_out["id"].to_list()
    assert sorted(tested) == sorted(utterances["id"])


def test_more_folds_than_groups_are_refused_with_both_numbers() -> None:
    with pytest.raises(UsageError, match="num_folds=5 greater than the number of groups: 3"):
        split_corpus(_corpus(3), _options("k-fold"))


def test_each_group_is_left_out_by_its_place_in_the_order_of_names() -> None:
    for fold in range(4):
        result = split_corpus(_corpus(4), _options("leave-one-group-out", fold=fold))
        assert set(result.corpus.subset("test").frame["speaker"]) == {f"s{fold:02}"}
        assert f"Tested is 's{fold:02}', one of 4 groups." in result.notes


def test_a_group_that_is_not_there_cannot_be_left_out() -> None:
    with pytest.raises(UsageError, match=r"fold is 4; .* has 4 groups to choose from \(0 to 3\)"):
        split_corpus(_corpus(4), _options("leave-one-group-out", fold=4))


def test_validation_can_be_left_away() -> None:
    result = split_corpus(_corpus(10), _options("k-fold", validation_share=0.0))
    assert set(result.corpus.frame["split"]) == {"train", "test"}


def test_fsdd_leaves_out_each_of_its_four_speakers(data_dir: Path) -> None:
    corpus = load_corpus(data_dir / "fsdd")
    seen = set()
    for fold in range(4):
        options = SplitOptions(method="leave-one-group-out", fold=fold, find_duplicates=fold == 0)
        result = split_corpus(corpus, options)
        test = result.corpus.subset("test")
        assert (test.num_speakers, test.frame.height, len(test.labels)) == (1, 500, 10)
        assert result.num_torn_groups == 0
        seen |= set(test.frame["speaker"])
    assert seen == {"george", "jackson", "lucas", "nicolas"}
