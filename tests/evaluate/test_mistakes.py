import numpy as np
import pytest

from unheard.evaluate.mistakes import worst_mistakes
from unheard.evaluate.predictions import Predictions


def test_the_surest_wrong_answer_comes_first_and_right_ones_are_left_out():
    logits = np.array([[5, 0], [0, 1], [0, 4], [3, 0]], dtype=np.float32)
    predictions = Predictions(
        ("a", "b", "c", "d"), ("yes", "no"), np.array([0, 0, 0, 1]), logits, ("s", "t", "u", "v")
    )
    mistakes = worst_mistakes(predictions)
    assert [row.id for row in mistakes] == ["c", "d", "b"]
    first = mistakes[0]
    assert (first.truth, first.predicted, first.speaker) == ("yes", "no", "u")
    assert first.score == pytest.approx(1 / (1 + np.exp(-4)))
    assert first.score + first.true_score == pytest.approx(1.0)


def test_temperature_softens_the_scores_and_the_limit_holds(simulate):
    predictions = simulate(skill=1.0)
    sharp, soft = worst_mistakes(predictions, limit=5), worst_mistakes(predictions, temperature=3.0, limit=5)
    assert len(sharp) == len(soft) == 5
    assert soft[0].score < sharp[0].score
