"""Scores, AUROC and thresholds against numbers worked out by hand or by scikit-learn's definition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from unheard.diagnose.strangers.judged import Judged, Scores, accepted_share, auroc, judge, scores_of
from unheard.diagnose.strangers.stranger import Strangers
from unheard.diagnose.strangers.threshold import find_threshold
from unheard.runtime.model import Answers


@dataclass(frozen=True)
class Echo:
    """A model whose logits are the first samples of a clip."""

    labels: tuple[str, ...] = ("yes", "no", "_unknown_")
    temperature: float = 2.0
    name: str = "echo"
    sample_rate: int = 8000
    window_samples: int = 3

    def answer(self, samples: np.ndarray) -> Answers:
        return Answers(samples[:, : len(self.labels)].astype(np.float32), None)


LOGITS = np.array([[4, 0, 0], [0, 2, 2.5], [1, 3, 0]], np.float32)


def test_a_background_label_rejects_and_temperature_counts() -> None:
    scores = scores_of(Answers(LOGITS, None), Echo())
    odds = np.exp([2.0, 0.0, 0.0])
    assert scores.top == pytest.approx([odds[0] / odds.sum(), 0.0, np.exp(1.5) / np.exp([0.5, 1.5, 0]).sum()])
    assert scores.margin == pytest.approx([4, -0.5, 2])
    assert scores.energy == pytest.approx(np.log(np.exp(LOGITS[:, :2]).sum(axis=1)))


def test_log_probabilities_have_no_energy() -> None:
    normalised = LOGITS - np.log(np.exp(LOGITS).sum(axis=1, keepdims=True))
    assert scores_of(Answers(normalised, None), Echo()).energy is None


def test_auroc_is_the_share_of_pairs_that_are_in_order() -> None:
    higher, lower = np.array([0.9, 0.8, 0.3]), np.array([0.1, 0.8, 0.5, 0.3])
    pairs = [1.0 * (a > b) + 0.5 * (a == b) for a in higher for b in lower]
    assert auroc(higher, lower) == pytest.approx(np.mean(pairs))


def _judged(tops: list[float], kind: str = "noise") -> Judged:
    logits = np.zeros((len(tops), 3), np.float32)
    logits[:, 2] = np.where(np.array(tops) > 0, -50, 50)  # 0: refused
    logits[:, 0] = 2 * np.log(np.maximum(tops, 0.5) / (1 - np.array(tops)))
    strangers = Strangers(kind, kind, logits, tuple(f"{kind} {row}" for row in range(len(tops))))
    right = Scores(np.array([0.99, 0.95, 0.9]), np.ones(3), None)
    return judge(strangers, Echo(), right, 0.5, seed=0)


def test_false_accepts_are_what_lies_above_the_threshold() -> None:
    one = _judged([0.6, 0.7, 0.0, 0.995])
    assert one.accepted.value == pytest.approx(75)
    assert one.sure.value == pytest.approx(25)
    assert one.scores.top[:2] == pytest.approx([0.6, 0.7], abs=1e-4)


def test_kinds_count_alike_however_many_clips_they_have() -> None:
    kinds = [_judged([0.9] * 2, "a"), _judged([0.6] * 50, "b")]
    assert accepted_share(kinds, 0.8) == 0.5


def test_the_threshold_that_keeps_strangers_out_and_what_it_costs() -> None:
    strangers = [_judged(list(np.linspace(0.51, 0.8, 200)))]
    known = Scores(np.array([0.99, 0.7, 0.95, 0.6]), np.ones(4), None)
    right = np.array([True, True, True, False])
    found = find_threshold(strangers, known, right, ["a", "b", "c", "d"], 0.5, seed=0)
    assert found.threshold is not None
    assert 0.77 < found.threshold < 0.82
    assert found.accepted <= 0.07
    assert found.accepted_now == 1.0
    assert found.right_lost is not None
    assert found.right_lost.value == pytest.approx(25)  # the right one at 0.7, of four


def test_where_no_threshold_does_there_is_none() -> None:
    known = Scores(np.array([0.9]), np.ones(1), None)
    found = find_threshold([_judged([0.99999] * 40)], known, np.array([True]), ["a"], 0.5, seed=0)
    assert found.threshold is None
    assert found.right_lost is None
