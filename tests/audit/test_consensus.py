from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from unheard.audit.consensus import find_consensus

Ints = NDArray[np.int64]


def simulate(truth: Ints, reliabilities: tuple[float, ...], num_labels: int, seed: int = 0) -> list[Ints]:
    """Clips, annotators and labels of annotators who are wrong at random."""
    random = np.random.default_rng(seed)
    count, people = len(truth), len(reliabilities)
    clips, annotators = np.tile(np.arange(count), people), np.repeat(np.arange(people), count)
    labels = np.tile(truth, people)
    wrong = random.random(len(labels)) > np.repeat(reliabilities, count)
    labels[wrong] = (labels[wrong] + random.integers(1, num_labels, int(wrong.sum()))) % num_labels
    return [clips, annotators, labels]


def best(frame: pl.DataFrame) -> Ints:
    top = frame.sort("probability").group_by("clip").last().sort("clip")
    return top["label"].to_numpy()


def test_reliabilities_come_back() -> None:
    reliabilities = (0.95, 0.85, 0.7, 0.4)
    truth = np.random.default_rng(1).integers(0, 10, 3000)

    found = find_consensus(*simulate(truth, reliabilities, 10))

    np.testing.assert_allclose(found.reliability, reliabilities, atol=0.025)


def test_one_good_annotator_outweighs_two_poor_ones() -> None:
    truth = np.random.default_rng(1).integers(0, 4, 3000)
    clips, annotators, labels = simulate(truth, (0.97, 0.5, 0.5, 0.5), 4)
    votes = np.zeros((3000, 4))
    np.add.at(votes, (clips, labels), 1)

    found = find_consensus(clips, annotators, labels)

    majority = np.mean(votes.argmax(axis=1) == truth)
    assert np.mean(best(found.frame) == truth) > majority + 0.05


def test_probabilities_are_those_of_bayes() -> None:
    clips, annotators, labels = simulate(np.random.default_rng(2).integers(0, 3, 50), (0.9, 0.7, 0.6), 3)
    found = find_consensus(clips, annotators, labels)

    for clip in range(50):
        likelihood = np.ones(3)
        for annotator, label in zip(annotators[clips == clip], labels[clips == clip], strict=True):
            r = found.reliability[annotator]
            likelihood *= np.where(np.arange(3) == label, r, (1 - r) / 2)
        rows = found.frame.filter(pl.col("clip") == clip)
        expected = (likelihood / likelihood.sum())[rows["label"].to_numpy()]
        np.testing.assert_allclose(rows["probability"], expected, atol=2e-3)


def test_probabilities_are_calibrated() -> None:
    truth = np.random.default_rng(1).integers(0, 5, 5000)
    found = find_consensus(*simulate(truth, (0.8, 0.7, 0.6), 5))

    rows = found.frame.with_columns(right=pl.col("label") == pl.Series(truth)[found.frame["clip"]])
    for low in (0.2, 0.4, 0.6, 0.8):
        some = rows.filter(pl.col("probability").is_between(low, low + 0.2))
        assert some["right"].mean() == pytest.approx(some["probability"].mean(), abs=0.05)


def test_two_who_disagree_are_both_as_likely() -> None:
    clips, annotators = np.repeat(np.arange(10), 2), np.tile([0, 1], 10)
    labels = np.tile([0, 1], 10)

    found = find_consensus(clips, annotators, labels)

    assert found.reliability[0] == found.reliability[1]
    np.testing.assert_allclose(found.frame["probability"], 0.5, atol=1e-9)


def test_one_label_for_everything_is_certain() -> None:
    found = find_consensus(np.arange(4), np.zeros(4, np.int64), np.zeros(4, np.int64))

    assert found.frame["probability"].to_list() == [1.0] * 4
