from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unheard.audit.agreement import Agreement, agreement

# worked examples of Krippendorff 2011: an observer a row, a unit a column, "." is no judgement
TWO_OBSERVERS_BINARY = ("0100000010", "1110010000")
TWO_OBSERVERS_NOMINAL = ("aabbdcccedda", "babbbccceddd")
FOUR_OBSERVERS = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")


def judged(*observers: str) -> Agreement:
    cells = [(unit, ord(x)) for row in observers for unit, x in enumerate(row) if x != "."]
    clips, values = zip(*cells, strict=True)
    _, labels = np.unique(values, return_inverse=True)
    return agreement(np.array(clips), labels.astype(np.int64), seed=0)


@pytest.mark.parametrize(
    ("observers", "alpha"),
    [(TWO_OBSERVERS_BINARY, 0.095), (TWO_OBSERVERS_NOMINAL, 0.692), (FOUR_OBSERVERS, 0.743)],
)
def test_alpha_is_that_of_the_paper(observers: tuple[str, ...], alpha: float) -> None:
    assert judged(*observers).alpha == pytest.approx(alpha, abs=0.0006)


def test_units_judged_once_do_not_count() -> None:
    found = judged(*FOUR_OBSERVERS)  # 41 judgements, one of them alone in its unit

    assert (found.num_clips, found.num_judgements) == (11, 40)


def by_definition(units: list[list[int]]) -> float:
    """One minus disagreeing ordered pairs within units, over disagreeing ordered pairs of all judgements."""
    units = [unit for unit in units if len(unit) > 1]
    everything = [label for unit in units for label in unit]
    within = sum(2 * sum(a != b for a, b in combinations(unit, 2)) / (len(unit) - 1) for unit in units)
    between = 2 * sum(a != b for a, b in combinations(everything, 2)) / (len(everything) - 1)
    return 1 - within / between


@given(st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=4), min_size=2, max_size=12))
def test_alpha_is_what_the_definition_says(units: list[list[int]]) -> None:
    clips = np.array([number for number, unit in enumerate(units) for _ in unit])
    labels = np.array([label for unit in units for label in unit])
    twice = [label for unit in units if len(unit) > 1 for label in unit]

    found = agreement(clips, labels, seed=0)

    if len(set(twice)) < 2:
        assert found.alpha is None
    else:
        assert found.alpha == pytest.approx(by_definition(units))


def test_judgements_at_random_have_alpha_nought_and_equal_ones_have_one() -> None:
    random = np.random.default_rng(1)
    clips = np.repeat(np.arange(4000), 3)
    labels = random.integers(0, 5, 4000)

    by_chance = agreement(clips, random.integers(0, 5, 12_000), seed=0)
    equal = agreement(clips, np.repeat(labels, 3), seed=0)

    assert by_chance.low is not None
    assert by_chance.high is not None
    assert by_chance.low < 0 < by_chance.high
    assert (equal.alpha, equal.low, equal.high) == (1, 1, 1)


def test_the_interval_holds_the_true_alpha_19_times_of_20() -> None:
    """Two annotators who are right with probability r on k labels: alpha is ((k r - 1) / (k - 1)) ** 2."""
    random = np.random.default_rng(1)
    k, right, hits, studies = 4, 0.8, 0, 200
    truth = ((k * right - 1) / (k - 1)) ** 2
    for study in range(studies):
        labels = np.repeat(random.integers(0, k, 80), 2)
        wrong = random.random(160) > right
        labels[wrong] = (labels[wrong] + random.integers(1, k, int(wrong.sum()))) % k
        found = agreement(np.repeat(np.arange(80), 2), labels, seed=study)
        hits += found.low <= truth <= found.high  # type: ignore[operator]
    assert 0.9 <= hits / studies <= 0.99


def test_one_label_for_everything_has_no_alpha() -> None:
    assert judged("aaaa", "aaaa") == Agreement(None, None, None, 4, 8)
    assert judged("ab..", "..ba") == Agreement(None, None, None, 0, 0)
