"""Do scores mean what they say, and what does the model answer to what is none of its classes?

Calibration on the test clips, and on live ones where these are labelled: as the model ships, and with the
temperature that the test clips ask for (of each half of the speakers, judged on the other). Then strangers:
other labels of the corpus, `_unknown_` clips (without either, words backwards and words joined of halves),
other words and languages by synthetic voices, recorded and coloured noise, silence, tones. A stranger is
accepted where a label that is no background label (`_unknown_`, `_silence_`) has the highest score, and that
is above the model's threshold. Where classes are people, words backwards and joined are left out: they keep
their voice.

Neither is accuracy that is lost between test and live: both causes stand at `stress`. "overconfidence": wrong
answers with scores of 0.9 or more, beyond what such scores admit, in points; "open-set": strangers that are
accepted, in points of 100 strangers, every kind alike.

At most some 800 answers.

`facts`, shares are of 1:

    threshold, temperature            as the model ships
    best_temperature                  what all test clips ask for
    parts: {test, live: {num_clips, accuracy, mean_score, overclaimed_points, sure_wrong_points,
            sure_wrong_low, sure_wrong_high, ece, ece_low, ece_high, ece_by_chance,
            reliability: [{low, high, utterances, confidence, accuracy}], ece_after, ece_after_low,
            ece_after_high, reliability_after}}    live is null without labels
    strangers: [{kind, title, num_clips, mean_score, accepted, accepted_low, accepted_high, accepted_at_99,
                 accepted_at_95_right, auroc_score, auroc_margin, auroc_energy}]   the last null where the
                 model gives log-probabilities; most accepted first
    rejection: {threshold, accepted, accepted_now, right_lost_points, right_lost_low, right_lost_high,
                curve: [{threshold, accepted, right_kept}]}    threshold null where none up to 0.9999 does
"""

from __future__ import annotations

from unheard.diagnose.cause import Outcome
from unheard.diagnose.experiment import Experiment, Material
from unheard.diagnose.strangers.catalog import find_strangers, known_rows
from unheard.diagnose.strangers.facts import rejection_facts, reliability_facts, stranger_facts
from unheard.diagnose.strangers.judged import Judged, Scores, judge, scores_of
from unheard.diagnose.strangers.open_set import open_set
from unheard.diagnose.strangers.overconfidence import overconfidence
from unheard.diagnose.strangers.reliability import (
    Reliability,
    find_temperatures,
    measure_live,
    measure_test,
)
from unheard.diagnose.strangers.threshold import Rejection, find_threshold
from unheard.runtime.model import BundleModel, Model

DEFAULT_THRESHOLD = 0.5


def confidence(material: Material) -> Outcome:
    """Calibration, overconfidence, and how far strangers are taken for a class."""
    model, live = material.model, material.live
    if not material.test.correct[known_rows(material.test, tuple(model.labels))].any():
        return Outcome(not_measured=("Confidence: the model gets no test clip right.",))
    fitted = find_temperatures(material.test, model, material.seed)
    parts = {"test": measure_test(material.test, model, fitted, material.seed)}
    if live is not None and (live.classes >= 0).any():
        parts["live"] = measure_live(live, model, fitted, material.seed)
    judged, rejection, missing = _strangers(material)
    return Outcome(
        causes=(
            overconfidence(parts, model, fitted),
            open_set(material, judged, rejection, threshold_of(model)),
        ),
        not_measured=tuple(missing),
        facts={
            "threshold": threshold_of(model),
            "temperature": model.temperature,
            "best_temperature": fitted.whole,
            "parts": {
                name: reliability_facts(parts[name]) if name in parts else None for name in ("test", "live")
            },
            "strangers": [stranger_facts(one) for one in judged],
            "rejection": rejection_facts(rejection),
        },
        remarks=_remarks(parts),
    )


def threshold_of(model: Model) -> float:
    """Score from which an answer counts."""
    return model.bundle.info.threshold if isinstance(model, BundleModel) else DEFAULT_THRESHOLD


def _strangers(material: Material) -> tuple[list[Judged], Rejection, list[str]]:
    """Kinds of strangers, the most accepted first."""
    model, test, threshold = material.model, material.test, threshold_of(material.model)
    rows = known_rows(test, tuple(model.labels))
    known, right = scores_of(test.take(rows).answers, model), test.correct[rows]
    energy = None if known.energy is None else known.energy[right]
    of_right = Scores(known.top[right], known.margin[right], energy)
    found, missing = find_strangers(material)
    judged = [judge(one, model, of_right, threshold, material.seed) for one in found]
    judged.sort(key=lambda one: -one.accepted.value)
    groups = tuple(test.groups[row] for row in rows)
    return judged, find_threshold(judged, known, right, groups, threshold, material.seed), missing


def _remarks(parts: dict[str, Reliability]) -> tuple[str, ...]:
    sentences = []
    for name, one in parts.items():
        if one.overclaimed.value < 0 and one.gap.high is not None and one.gap.high < 0:
            sentences.append(
                f"On the {name} clips the model is right more often than its scores say: mean score "
                f"{one.mean_score:.3f}, accuracy {one.accuracy:.3f}."
            )
    return tuple(sentences)


EXPERIMENT = Experiment(
    "confidence", "whether scores mean what they say, and what is answered to what is no class", confidence
)
