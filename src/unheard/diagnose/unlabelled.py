"""How accurate the model is on live clips whose labels nobody knows, from how sure it is of them.

Three estimators of the literature, each calibrated on test clips, whose labels are known:
- average confidence: the mean highest score, with the temperature that fits the calibration clips best;
- difference of confidences: accuracy of the calibration clips, less by how much surer the model is of them
  than of the live clips (D. Guillory and others, "Predicting with Confidence on Unseen Distributions", 2021);
- ATC: the share of live clips with a score above the threshold that as large a share of the calibration clips
  exceeds as is right (S. Garg and others, "Leveraging Unlabeled Data to Predict Out-of-Distribution
  Performance", 2022).

A model that hears what it does not know is often sure of what is wrong, so all three promise too much when
they are calibrated on untouched clips. Here they are calibrated on test clips in the condition of the
live ones (`shift/fit.py`), which are as much of a surprise to the model. How far they err is measured on test
clips in that condition, of speakers that they were not calibrated on; the one that errs least there is
reported. It asks for at most 1,000 answers.

`facts`: `method`; `estimate` `{"points", "low", "high"}`: accuracy on the live clips; `untouched`: the same
by the same method, calibrated on untouched test clips; `estimates`: `{"method", "points", "error_points",
"untouched_error_points"}`: mean distance from the truth on the test clips described above;
`measured_accuracy`: points where live clips have labels, else null; `test_accuracy`; `factors`: names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from unheard.diagnose.cause import Outcome, Points
from unheard.diagnose.experiment import Experiment, Material
from unheard.diagnose.live_shift import MIN_CLIPS, fitted_factors
from unheard.diagnose.points import gap_points, share_points
from unheard.diagnose.shift.chain import synthesise
from unheard.diagnose.shift.fit import choose
from unheard.evaluate.temperature import fit_temperature

METHODS = ("average confidence", "difference of confidences", "ATC")
MAX_CLIPS = 1000
_NUM_HALVES = 20
_ACCURACY = 100.0

Logits = NDArray[np.float32]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Known:
    """Clips whose truth is known, to calibrate on."""

    logits: Logits
    classes: NDArray[np.int64]
    groups: tuple[str, ...]

    @property
    def correct(self) -> NDArray[np.bool_]:
        return np.asarray(self.logits.argmax(axis=1) == self.classes)

    def take(self, rows: Rows) -> Known:
        return Known(self.logits[rows], self.classes[rows], tuple(self.groups[row] for row in rows))


def unlabelled_accuracy(material: Material) -> Outcome:
    """Estimate of the accuracy on the live clips that looks at no label of theirs."""
    test, live, seed = material.test, material.live, material.seed
    assert live is not None
    if min(len(test), len(live)) < MIN_CLIPS:
        return Outcome(not_measured=(f"Accuracy without labels: it takes {MIN_CLIPS} clips of both parts.",))
    fitted = fitted_factors(material)
    test = test.take(choose(test.groups, MAX_CLIPS, seed))
    untouched = Known(test.answers.logits, test.classes, test.groups)
    as_live = synthesise(test.samples, fitted.chain, material.model.sample_rate, seed)
    answers = material.model.answer(as_live) if fitted.chain else test.answers
    known = Known(answers.logits, test.classes, test.groups)
    errors = {method: calibration_error(method, known, known, seed) for method in METHODS}
    naive = {method: calibration_error(method, untouched, known, seed) for method in METHODS}
    best = min(METHODS, key=lambda method: errors[method])
    estimates = {
        method: estimate(method, known, live.answers.logits, live.groups, seed) for method in METHODS
    }
    measured = share_points(live.correct, live.groups, seed=seed) if live.labelled else None
    facts = {
        "method": best,
        "estimate": _plain(estimates[best]),
        "untouched": _plain(estimate(best, untouched, live.answers.logits, live.groups, seed)),
        "estimates": [
            {
                "method": method,
                "points": estimates[method].value,
                "error_points": errors[method],
                "untouched_error_points": naive[method],
            }
            for method in METHODS
        ],
        "measured_accuracy": None if measured is None else _plain(measured),
        "test_accuracy": _plain(share_points(test.correct, test.groups, seed=seed)),
        "factors": list(fitted.chain),
    }
    return Outcome(
        facts=facts, remarks=(_sentence(best, estimates[best], errors[best], naive[best], measured),)
    )


def estimate(method: str, known: Known, live: Logits, live_groups: tuple[str, ...], seed: int) -> Points:
    """Accuracy in points of 100 of live clips, with an interval over speakers of both parts.

    It is a mean over live clips less one over the clips that it is calibrated on; the second is 0 but for
    chance, or the bias that is taken off.
    """
    on_live, on_known = _scores(method, known, live)
    points = gap_points(on_live, live_groups, on_known, known.groups, seed=seed)
    low, high = (None if end is None else _share(end) for end in (points.low, points.high))
    return Points(_share(points.value), low, high, points.method)


def _share(points: float) -> float:
    return min(100.0, max(0.0, points))


def _scores(method: str, known: Known, live: Logits) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What is averaged over live clips, and what is taken off: confidence less correctness, on average over
    the calibration clips."""
    temperature = fit_temperature(known.logits, known.classes)
    sure_live, sure_known = (_confidence(logits, temperature) for logits in (live, known.logits))
    if method == "ATC":
        threshold = np.quantile(sure_known, 1 - known.correct.mean())
        above_live, above_known = sure_live > threshold, sure_known > threshold
        return above_live.astype(np.float64), above_known - known.correct.astype(np.float64)
    if method == "average confidence":
        return sure_live, np.zeros(len(sure_known))
    return sure_live, sure_known - known.correct


def _confidence(logits: Logits, temperature: float) -> NDArray[np.float64]:
    return np.asarray(softmax(logits.astype(np.float64) / temperature, axis=1).max(axis=1))


def calibration_error(method: str, known: Known, heard: Known, seed: int) -> float:
    """Mean distance in points between estimate and truth on half of the speakers of `heard`, calibrated on
    the other half of those of `known`; both hold the same clips."""
    random = np.random.default_rng(seed)
    names, index = np.unique(np.asarray(known.groups, dtype=np.str_), return_inverse=True)
    distances = []
    for _ in range(_NUM_HALVES):
        first = np.isin(index, random.permutation(len(names))[: len(names) // 2])
        if first.all() or not first.any():
            continue
        calibrated, asked = known.take(np.flatnonzero(first)), heard.take(np.flatnonzero(~first))
        on_live, on_known = _scores(method, calibrated, asked.logits)
        guess = on_live.mean() - on_known.mean()
        distances.append(_ACCURACY * abs(guess - asked.correct.mean()))
    return float(np.mean(distances)) if distances else float("inf")


def _plain(points: Points) -> dict[str, Any]:
    return {"points": points.value, "low": points.low, "high": points.high}


def _sentence(method: str, found: Points, error: float, naive: float, measured: Points | None) -> str:
    interval = "" if found.low is None else f" ({found.low:.1f} to {found.high:.1f})"
    truth = "" if measured is None else f" Measured with labels, it is {measured.value:.1f} %."
    return (
        f"By how sure the model is of the live clips, it is right on {found.value:.1f} %{interval} of them: "
        f"{method}, calibrated on test clips in the live condition. On test clips of other speakers it is "
        f"off by {error:.1f} points on average; calibrated on untouched clips, by {naive:.1f}.{truth}"
    )


EXPERIMENT = Experiment(
    "unlabelled-accuracy",
    "how accurate the model is on live clips, from how sure it is of them",
    unlabelled_accuracy,
    needs=("live",),
)
