"""Which group goes to which split, by the hash of its name: plain names in and out.

Stable and stratified pull against each other. If adding recordings is to move nobody, a group's place can
depend on nothing but its own name; if every split is to mirror the labels, it depends on all the others.
Here the hash of the name decides (`by_hash`), so labels are balanced as well as chance balances them: closely
where a label has many groups, and a label that a split lacks is said.

Only a split that chance leaves empty is filled, by the group whose hash comes nearest. Such a group is named
and may move again when groups are added. Of the others, once every split has a group, none that was trained
on is ever held out later. Filling labels too (`fill_labels`) has to be asked for, and promises less.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np

Places = dict[str, str]  # group -> split
LabelsOf = Mapping[str, Set[str]]  # group -> labels of its utterances
HELD_OUT = ("test", "validation")  # in the order in which they are filled


@dataclass(frozen=True)
class Move:
    """A group that was put into a split because nothing else was there."""

    group: str
    split: str
    label: str | None  # the label that the split lacked; None: it lacked any group


def hash_position(group: str, salt: str) -> float:
    """A number in [0, 1) that a group keeps forever, uniform over groups (SHA-256)."""
    digest = hashlib.sha256(f"{salt}\0{group}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def by_hash(groups: Sequence[str], shares: Mapping[str, float], salt: str, rest: str = "train") -> Places:
    """Test takes hashes from 0 up to its share, validation the next ones, and `rest` all others."""
    test = shares.get("test", 0.0)
    upper = {"test": test, "validation": test + shares.get("validation", 0.0)}

    def place(position: float) -> str:
        return next((split for split in HELD_OUT if position < upper[split]), rest)

    return {group: place(hash_position(group, salt)) for group in groups}


def fill_empty(
    places: Places, splits: Sequence[str], salt: str, rest: str = "train"
) -> tuple[Places, list[Move]]:
    """A copy in which `rest` and then each of `splits` has a group, if there are enough; and what moved."""
    filled, moves = dict(places), []
    if filled and rest not in filled.values():
        moves.append(Move(_most_spare(filled, salt), rest, None))
        filled[moves[-1].group] = rest
    for split in splits:
        donors = [group for group, place in filled.items() if place == rest]
        if split not in filled.values() and len(donors) > 1:
            moves.append(Move(_nearest(donors, salt), split, None))
            filled[moves[-1].group] = split
    return filled, moves


def fill_labels(
    places: Places, splits: Sequence[str], labels_of: LabelsOf, salt: str
) -> tuple[Places, list[Move]]:
    """A copy in which splits have every label that training can spare a group of; rare labels first."""
    filled, moves = dict(places), []
    for label in rare_first(labels_of):
        for split in splits:
            if any(filled[group] == split and label in labels for group, labels in labels_of.items()):
                continue
            donors = [group for group in _spare(filled, labels_of) if label in labels_of[group]]
            if donors:
                moves.append(Move(_nearest(donors, salt), split, label))
                filled[moves[-1].group] = split
    return filled, moves


def _nearest(groups: Sequence[str], salt: str) -> str:
    """The group with the lowest hash: the next one that a larger share would have taken."""
    return min(groups, key=lambda group: (hash_position(group, salt), group))


def _most_spare(places: Places, salt: str) -> str:
    """The group with the highest hash, if possible of a split that has others."""
    sizes = Counter(places.values())
    spare = [group for group, place in places.items() if sizes[place] > 1] or list(places)
    return max(spare, key=lambda group: (hash_position(group, salt), group))


def rare_first(labels_of: LabelsOf) -> list[str]:
    """Labels by their number of groups, then by name."""
    every = [label for labels in labels_of.values() for label in labels]
    names, counts = np.unique(every, return_counts=True)
    return [str(name) for _, name in sorted(zip(counts.tolist(), names.tolist(), strict=True))]


def _spare(places: Places, labels_of: LabelsOf) -> list[str]:
    """Groups that training can give away and still have every label of theirs."""
    training = [group for group, place in places.items() if place == "train"]
    counts: dict[str, int] = {}
    for group in training:
        for label in labels_of[group]:
            counts[label] = counts.get(label, 0) + 1
    return [group for group in training if all(counts[label] > 1 for label in labels_of[group])]
