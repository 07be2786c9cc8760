import json
import time

import numpy as np
import pytest

from unheard.errors import CorpusError, UsageError
from unheard.evaluate.evaluate import REPORTED, evaluate_predictions
from unheard.evaluate.evaluation import Evaluation
from unheard.evaluate.predictions import Predictions


def test_every_metric_has_a_value_and_an_interval_that_holds_it(simulate):
    evaluation = evaluate_predictions(simulate(skill=2.0), temperature=1.5)
    assert tuple(evaluation.metrics) == REPORTED
    for name, estimate in evaluation.metrics.items():
        assert estimate.low <= estimate.value <= estimate.high, name
    for row in evaluation.per_class:
        for estimate in (row.precision, row.recall, row.f1):
            assert estimate.low <= estimate.value <= estimate.high


def test_the_document_survives_json_and_holds_no_nan(simulate):
    evaluation = evaluate_predictions(simulate(num_classes=40, num_clips=60), num_resamples=100)
    text = json.dumps(evaluation.to_dict(), allow_nan=False)
    assert Evaluation.from_dict(json.loads(text)).to_dict() == evaluation.to_dict()
    accuracy = json.loads(text)["metrics"]["accuracy"]
    assert set(accuracy) == {"value", "low", "high", "method"}


def test_another_document_is_no_evaluation():
    with pytest.raises(CorpusError, match=r"This is no evaluation: confusion, .* missing"):
        Evaluation.from_dict({"utterances": 3})


def test_the_temperature_changes_scores_and_no_decision(simulate):
    predictions = simulate(skill=2.0)
    plain, scaled = evaluate_predictions(predictions), evaluate_predictions(predictions, temperature=2.0)
    for name in ("accuracy", "macro_f1", "log_loss", "ece", "worst_decile_accuracy"):
        assert plain.metrics[name] == scaled.metrics[name]
    assert plain.metrics["ece_calibrated"] == plain.metrics["ece"]
    assert scaled.metrics["ece_calibrated"] != scaled.metrics["ece"]


def test_the_same_seed_gives_the_same_intervals(simulate):
    predictions = simulate()
    one, two, other = (evaluate_predictions(predictions, seed=seed).metrics for seed in (1, 1, 2))
    assert one == two
    assert one["macro_f1"] != other["macro_f1"]


def test_the_order_of_clips_does_not_matter(simulate):
    predictions = simulate()
    shuffled = predictions.take(np.random.default_rng(0).permutation(len(predictions)))
    ours, theirs = evaluate_predictions(predictions), evaluate_predictions(shuffled)
    assert ours.metrics["macro_f1"].low == pytest.approx(theirs.metrics["macro_f1"].low)
    assert ours.per_speaker == theirs.per_speaker


def test_unequal_speakers_widen_the_interval_and_shrink_the_effective_size(simulate):
    alike = evaluate_predictions(simulate(num_clips=2000, speaker_sd=0.0))
    unlike = evaluate_predictions(simulate(num_clips=2000, speaker_sd=2.0))
    width = [e.metrics["accuracy"].high - e.metrics["accuracy"].low for e in (alike, unlike)]
    assert width[1] > 2 * width[0]
    assert unlike.effective_utterances < 500 < alike.effective_utterances
    assert unlike.detectable_difference > alike.detectable_difference


def test_under_twenty_speakers_say_t_and_one_speaker_says_wilson(simulate):
    few = evaluate_predictions(simulate(num_speakers=8))
    assert few.metrics["accuracy"].method == "t over speakers (7 degrees of freedom)"
    assert few.metrics["worst_decile_accuracy"].low is None
    one = evaluate_predictions(simulate(num_speakers=1, skill=1.5))
    assert one.metrics["accuracy"].method.startswith("Wilson over the clips of one speaker")
    assert one.metrics["macro_f1"].low is None
    assert (one.detectable_difference, one.design_effect) == (None, None)


def test_a_class_that_few_speakers_said_gets_a_t_interval_of_its_own():
    generator = np.random.default_rng(0)
    truth = np.array([0] * 300 + [1] * 12)
    logits = generator.normal(size=(312, 2)).astype(np.float32)
    logits[np.arange(312), truth] += 1.0
    groups = tuple(f"s{i % 30}" for i in range(300)) + tuple(f"s{i % 4}" for i in range(12))
    predictions = Predictions(tuple(map(str, range(312))), ("common", "rare"), truth, logits, groups)
    common, rare = evaluate_predictions(predictions).per_class
    assert common.recall.method == "BCa bootstrap over speakers"
    assert rare.recall.method == "t over speakers (3 degrees of freedom)"
    assert rare.recall.high - rare.recall.low > 3 * (common.recall.high - common.recall.low)


def test_an_absent_class_has_no_recall_and_is_left_out_of_the_means(simulate):
    predictions = simulate(num_classes=3)
    kept = predictions.take(np.flatnonzero(predictions.truth != 2))
    evaluation = evaluate_predictions(kept)
    absent = evaluation.per_class[2]
    assert (absent.support, absent.recall, absent.f1) == (0, None, None)
    recalls = [row.recall.value for row in evaluation.per_class[:2]]
    assert evaluation.metrics["balanced_accuracy"].value == pytest.approx(np.mean(recalls))


def test_a_large_test_set_takes_seconds(simulate):
    predictions = simulate(num_clips=7000, num_classes=12, num_speakers=1500)
    start = time.perf_counter()
    evaluate_predictions(predictions, num_resamples=2000)
    assert time.perf_counter() - start < 10.0


def test_options_that_cannot_work_are_refused(simulate):
    with pytest.raises(UsageError, match="temperature is 0"):
        evaluate_predictions(simulate(), temperature=0.0)
    with pytest.raises(UsageError, match=r"num_resamples is 5; .* at least 100"):
        evaluate_predictions(simulate(), num_resamples=5)
