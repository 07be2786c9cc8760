"""What may be wrong with a split is counted and said."""

from __future__ import annotations

import polars as pl

from unheard.corpus.splits.findings import find, find_off_shares, num_torn, tabulate

ALL = ("train", "validation", "test")


def _columns(rows: list[tuple[str | None, str, str]]) -> tuple[pl.Series, pl.Series, pl.Series]:
    frame = pl.DataFrame(rows, schema=["label", "split", "group"], orient="row")
    return frame["label"], frame["split"], frame["group"]


def _find(rows: list[tuple[str | None, str, str]]) -> list[str]:
    labels, splits, groups = _columns(rows)
    return find(tabulate(labels, splits, groups), labels, groups, ALL)


def test_the_table_has_a_row_for_each_label_and_split() -> None:
    table = tabulate(
        *_columns([("b", "train", "g1"), ("b", "train", "g1"), ("a", "test", "g2"), (None, "test", "g2")])
    )
    assert table.rows() == [
        ("a", "train", 0, 0),
        ("a", "validation", 0, 0),
        ("a", "test", 1, 1),
        ("b", "train", 2, 1),
        ("b", "validation", 0, 0),
        ("b", "test", 0, 0),
        (None, "train", 0, 0),
        (None, "validation", 0, 0),
        (None, "test", 1, 1),
    ]


def test_a_good_split_has_no_findings() -> None:
    rows = [(label, split, f"{split}{n}") for label in "ab" for split in ALL for n in range(3)]
    assert _find(rows) == []


def test_a_label_that_a_split_lacks_is_named() -> None:
    rows = [(label, split, f"{split}{n}") for label in "ab" for split in ALL for n in range(3)]
    rows = [row for row in rows if row[:2] != ("b", "test")]
    assert _find(rows) == ["1 of 2 labels have nothing in test: b."]


def test_many_lacking_labels_are_counted_and_some_are_named() -> None:
    rows = [("a", split, f"{split}{n}") for split in ALL for n in range(3)]
    rows += [
        (f"l{n}", split, f"{split}{m}") for n in range(10) for split in ("train", "test") for m in range(3)
    ]
    assert _find(rows) == [
        "10 of 11 labels have nothing in validation: l0, l1, l2, l3, l4, l5, l6, l7 and 2 more."
    ]


def test_a_group_that_holds_most_of_a_label_is_named() -> None:
    rows = [("a", split, f"{split}{n}") for split in ALL for n in range(3)]
    rows += [("a", "train", "loud")] * 10
    assert _find(rows) == ["One group holds most of a label: a (53% from 'loud')."]


def test_too_few_groups_are_told_with_both_numbers() -> None:
    rows: list[tuple[str | None, str, str]] = [("a", "train", "g1"), ("a", "test", "g2")]
    assert _find(rows)[0] == "Cannot fill 3 splits with 2 groups: validation is empty."


def test_shares_far_from_what_was_asked_are_told() -> None:
    _, splits, groups = _columns([("a", "test", "g1")] * 3 + [("a", "train", "g2")] * 7)
    assert find_off_shares(splits, groups, {"test": 0.1}) == [
        "test holds 30% of the utterances, asked for was 10%: whole groups decide, and there are 2."
    ]
    assert find_off_shares(splits, groups, {"test": 0.25}) == []


def test_torn_groups_are_those_trained_on_and_held_out() -> None:
    _, splits, groups = _columns(
        [("a", "train", "torn"), ("a", "test", "torn"), ("a", "test", "held"), ("a", "validation", "held")]
    )
    assert num_torn(splits, groups) == 1
