"""Numbers and sentences as people read them; the same in HTML and on the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from unheard.evaluate.evaluation import Evaluation
from unheard.evaluate.intervals import Estimate

NBSP = "\u00a0"
NOTHING = "–"


@dataclass(frozen=True)
class MetricWords:
    """How a metric is called, written and explained."""

    title: str
    unit: Literal["percent", "nats"]
    meaning: str


METRIC_WORDS = {
    "accuracy": MetricWords("Accuracy", "percent", "clips recognised"),
    "balanced_accuracy": MetricWords("Balanced accuracy", "percent", "mean recall of the classes"),
    "macro_f1": MetricWords("Macro F1", "percent", "mean F1 of the classes"),
    "worst_decile_accuracy": MetricWords(
        "Accuracy of the worst decile", "percent", "mean of the tenth of speakers served worst"
    ),
    "log_loss": MetricWords("Log loss", "nats", "as trained"),
    "log_loss_calibrated": MetricWords("Log loss, calibrated", "nats", "after temperature scaling"),
    "ece": MetricWords("Calibration error", "percent", "gap of confidence and accuracy, as trained"),
    "ece_calibrated": MetricWords("Calibration error, calibrated", "percent", "after temperature scaling"),
}


def count(number: float) -> str:
    """7,050."""
    return f"{round(number):,}"


def plural(number: int, noun: str) -> str:
    """ "1 speaker", "1,588 speakers"."""
    return f"{count(number)} {noun}{'' if number == 1 else 's'}"


def length(hours: float) -> str:
    """1.5 h; below 0.1 h in minutes, 4.2 min."""
    return f"{hours:.1f}{NBSP}h" if hours >= 0.1 else f"{60 * hours:.1f}{NBSP}min"


def percent(share: float | None) -> str:
    """93.1 %."""
    return NOTHING if share is None else f"{100 * share:.1f}{NBSP}%"


def percent_interval(low: float | None, high: float | None) -> str:
    """[91.8, 94.2]; empty where there is none."""
    return "" if low is None or high is None else f"[{100 * low:.1f},{NBSP}{100 * high:.1f}]"


def points(difference: float) -> str:
    """1.6 points."""
    return f"{100 * difference:.1f}{NBSP}points"


def estimate(name: str, number: Estimate) -> str:
    """Value of a metric with its unit: "93.1 %", "0.231 nats"."""
    return percent(number.value) if _in_percent(name) else f"{number.value:.3f}{NBSP}nats"


def estimate_interval(name: str, number: Estimate) -> str:
    """Its interval in the same unit: "[91.8, 94.2]", "[0.211, 0.254]"; empty where there is none."""
    if number.low is None or number.high is None:
        return ""
    if _in_percent(name):
        return percent_interval(number.low, number.high)
    return f"[{number.low:.3f},{NBSP}{number.high:.3f}]"


def _in_percent(name: str) -> bool:
    return METRIC_WORDS[name].unit == "percent"


def headline(evaluation: Evaluation, *, known_unheard: bool = True) -> str:
    """The result in a sentence; `known_unheard`: whether no training is known to have heard these clips."""
    accuracy = evaluation.metrics["accuracy"]
    interval = percent_interval(accuracy.low, accuracy.high)
    share = f"{percent(accuracy.value)} {interval}".strip()
    clips = plural(evaluation.utterances, "clip")
    never = " it never heard" if known_unheard else ""
    return f"On {_who(evaluation)}{never}, it gets {share} of {clips} right."


def _who(evaluation: Evaluation) -> str:
    """The speakers; groups that stand in for them where the corpus names none."""
    if evaluation.speakers:
        return plural(evaluation.speakers, "speaker")
    return plural(len(evaluation.per_speaker), "group") + " of recordings"


def detectable_sentence(evaluation: Evaluation) -> str:
    """What this test set could not have seen."""
    speakers = _who(evaluation)
    if evaluation.detectable_difference is None:
        return f"With {speakers} no difference between two models can be told from luck."
    sentence = (
        f"With these {speakers}, two models have to differ by about "
        f"{points(evaluation.detectable_difference)} of accuracy to be told apart four times out of five "
        "(two-sided α = 0.05, if their accuracies by speaker correlate at 0.5); "
        "a smaller difference would probably go unseen."
    )
    if evaluation.design_effect is None or evaluation.effective_utterances is None:
        return sentence
    return (
        f"{sentence} The {plural(evaluation.utterances, 'clip')} weigh as much as "
        f"{count(evaluation.effective_utterances)} clips of as many different speakers "
        f"(design effect {evaluation.design_effect:.1f})."
    )


def worst_decile_sentence(evaluation: Evaluation) -> str:
    """Whether the speakers served worst are more than bad luck."""
    worst = evaluation.metrics["worst_decile_accuracy"]
    value = f"{percent(worst.value)} {percent_interval(worst.low, worst.high)}".strip()
    return (
        f"The tenth of speakers served worst has {value}; if all speakers were alike, luck alone would give "
        f"{percent(evaluation.worst_decile_by_chance)}."
    )


def calibration_sentence(evaluation: Evaluation) -> str:
    """What the temperature did to the scores."""
    before, after = (evaluation.metrics[name].value for name in ("ece", "ece_calibrated"))
    return (
        f"A temperature of {evaluation.temperature:.2f} moves the calibration error from {percent(before)} "
        f"to {percent(after)}; with as many clips a perfectly calibrated model would show "
        f"{percent(evaluation.ece_by_chance)}."
    )
