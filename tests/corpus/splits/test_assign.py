"""The hash of the name decides; what is left empty is filled, and nothing else moves."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unheard.corpus.splits.assign import by_hash, fill_empty, fill_labels, hash_position, rare_first

SETTINGS = settings(deadline=None, max_examples=100)
NAMES = st.sets(st.text(min_size=1, max_size=6), min_size=1, max_size=30)
SHARES = {"test": 0.2, "validation": 0.2}
WANTED = ("test", "validation")


def test_the_position_is_the_start_of_a_sha256() -> None:
    digest = hashlib.sha256(b"unheard\0bed0f").hexdigest()
    assert hash_position("bed0f", "unheard") == int(digest[:14], 16) / 16**14


def test_shares_hold_for_many_groups() -> None:
    places = by_hash([f"speaker {number}" for number in range(20_000)], {"test": 0.1, "validation": 0.2}, "s")
    counts = Counter(places.values())
    # binomial: three standard deviations of 20,000 draws are 0.7 % at most
    assert counts["test"] / 20_000 == pytest.approx(0.1, abs=0.007)
    assert counts["validation"] / 20_000 == pytest.approx(0.2, abs=0.009)


@SETTINGS
@given(names=NAMES, more=NAMES, salt=st.text(max_size=5))
def test_adding_groups_moves_nobody(names: set[str], more: set[str], salt: str) -> None:
    before = by_hash(sorted(names), SHARES, salt)
    after = by_hash(sorted(names | more), SHARES, salt)
    assert before.items() <= after.items()


@SETTINGS
@given(names=NAMES, more=NAMES, salt=st.text(max_size=5))
def test_filling_moves_nobody_out_of_training_later(names: set[str], more: set[str], salt: str) -> None:
    before, filled = fill_empty(by_hash(sorted(names), SHARES, salt), WANTED, salt)
    after, moves = fill_empty(by_hash(sorted(names | more), SHARES, salt), WANTED, salt)
    if set(before.values()) == {"train", "validation", "test"} and "train" not in {m.split for m in filled}:
        assert all(after[name] == "train" for name, place in before.items() if place == "train")
    if not moves:
        assert after == by_hash(sorted(names | more), SHARES, salt)


@SETTINGS
@given(names=NAMES, salt=st.text(max_size=5))
def test_filling_leaves_no_split_empty_that_training_can_fill(names: set[str], salt: str) -> None:
    pure = by_hash(sorted(names), SHARES, salt)
    filled, moves = fill_empty(pure, WANTED, salt)
    assert {name for name in names if filled[name] != pure[name]} == {move.group for move in moves}
    for split in WANTED:
        trainable = Counter(filled.values())["train"]
        assert split in filled.values() or trainable <= 1
    assert "train" in filled.values()


def test_training_is_filled_from_a_split_that_has_others() -> None:
    names = ["a", "b", "c"]
    pure = {"a": "test", "b": "test", "c": "validation"}
    filled, (move,) = fill_empty(pure, WANTED, "salt")
    assert (move.group, move.split) == (max("a", "b", key=lambda name: hash_position(name, "salt")), "train")
    assert sorted(filled[name] for name in names) == ["test", "train", "validation"]


def test_the_nearest_group_fills_an_empty_split() -> None:
    names = [f"g{number}" for number in range(6)]
    filled, moves = fill_empty(by_hash(names, {"test": 1e-9, "validation": 1e-9}, "s"), WANTED, "s")
    by_position = sorted(names, key=lambda name: hash_position(name, "s"))
    assert [(move.group, move.split) for move in moves] == list(zip(by_position[:2], WANTED, strict=True))
    assert filled[by_position[0]] == "test"


def test_another_salt_is_another_split() -> None:
    names = [f"g{number}" for number in range(200)]
    assert by_hash(names, SHARES, "a") != by_hash(names, SHARES, "b")


LABELS_OF = st.dictionaries(
    st.text(min_size=1, max_size=4), st.sets(st.sampled_from("abcd"), min_size=1), min_size=1, max_size=40
)


@SETTINGS
@given(labels_of=LABELS_OF, salt=st.text(max_size=5))
def test_filling_labels_takes_nothing_that_training_cannot_spare(
    labels_of: dict[str, set[str]], salt: str
) -> None:
    pure = by_hash(list(labels_of), SHARES, salt)
    filled, moves = fill_labels(pure, WANTED, labels_of, salt)

    def held(places: dict[str, str], split: str) -> set[str]:
        return {label for group, place in places.items() if place == split for label in labels_of[group]}

    assert held(filled, "train") == held(pure, "train")
    for split in WANTED:
        assert held(pure, split) <= held(filled, split)
    assert all(move.label in labels_of[move.group] for move in moves)


def test_filling_labels_reaches_every_label_of_many_groups() -> None:
    labels_of = {f"{label}{number}": {label} for label in "abcdefgh" for number in range(6)}
    pure = by_hash(list(labels_of), {"test": 0.1, "validation": 0.1}, "salt")
    filled, moves = fill_labels(pure, WANTED, labels_of, "salt")
    assert moves
    for split in ("train", *WANTED):
        assert {group[0] for group, place in filled.items() if place == split} == set("abcdefgh")


def test_rare_labels_come_first() -> None:
    assert rare_first({"g1": {"a", "b"}, "g2": {"b"}, "g3": {"b", "c"}}) == ["a", "c", "b"]
