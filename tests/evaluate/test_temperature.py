import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax
from sklearn.metrics import log_loss

from unheard.errors import CorpusError
from unheard.evaluate.temperature import fit_temperature


def sampled(num_clips=20_000, seed=0):
    generator = np.random.default_rng(seed)
    logits = generator.normal(0, 2, size=(num_clips, 4))
    return logits, (logits + generator.gumbel(size=logits.shape)).argmax(axis=1)


@pytest.mark.parametrize("overconfidence", [0.5, 1.0, 3.0])
def test_the_temperature_that_was_planted_is_found(overconfidence):
    logits, truth = sampled()
    assert fit_temperature(logits * overconfidence, truth) == pytest.approx(overconfidence, rel=0.03)


@given(st.floats(0.3, 3.0))
def test_scaling_the_logits_scales_the_temperature(factor):
    logits, truth = sampled(300)
    assert fit_temperature(logits * factor, truth) == pytest.approx(
        factor * fit_temperature(logits, truth), rel=1e-3
    )


def test_no_other_temperature_has_a_lower_log_loss():
    logits, truth = sampled(500, seed=1)
    logits = logits * 2.0
    best = fit_temperature(logits, truth)
    losses = [log_loss(truth, softmax(logits / t, axis=1)) for t in (best, *np.geomspace(0.25, 10, 60))]
    assert losses[0] == min(losses)


def test_clips_that_are_all_right_do_not_make_scores_certain():
    assert 0.25 <= fit_temperature(np.eye(3) * 2.0, np.arange(3)) < 0.26


def test_wrong_shapes_are_refused_with_both():
    with pytest.raises(CorpusError, match=r"shapes are \(3, 2\) and \(2,\)"):
        fit_temperature(np.zeros((3, 2)), np.array([0, 1]))
    with pytest.raises(CorpusError, match="at least one clip"):
        fit_temperature(np.zeros((0, 2)), np.zeros(0, dtype=np.int64))
