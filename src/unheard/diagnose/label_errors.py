"""Wrong labels: errors in the test that are the labels', and what wrong labels in the training cost.

Facts: `test`: null, or `clips`, `doubtful`, `errors`, `errors_on_doubtful`, and `rows` (at most 50: `id`,
`label`, `heard`, `wrong_probability`); `training`: null, or `clips` (judged), `doubtful`,
`expected_wrong_share`, `labels` (a row each: `label`, `clips`, `doubtful`, `test_accuracy`), and `head`,
`network`: null, or `accuracy_with`, `accuracy_without`, `points`, `low_points`, `high_points` of the last
layer learned anew, and of a small network, with and without the doubtful clips.

Labels are judged by the audit's models of words, not by the model's own answers. Live labels are not: what
sounds unlike the test is hard to hear for these, too. Asks for answers to 2,000 training clips at most; two
small networks are trained, half a minute each, where 2 % of the training labels or more are doubtful.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.audit.phrases import part_of, plural
from unheard.diagnose.arms import Arm, arm_answers, proxy_recipe, shortened, with_validation
from unheard.diagnose.cause import Cause, Outcome, Points, Remedy
from unheard.diagnose.doubtful import DOUBTFUL, JudgedClips, judge_clips
from unheard.diagnose.experiment import Experiment, Material, Part, Training
from unheard.diagnose.head import head_answers
from unheard.diagnose.points import mean_points
from unheard.diagnose.training_part import training_part
from unheard.diagnose.words import accuracy_words, points_words
from unheard.errors import CorpusError, MissingExtraError

WORTHWHILE = 1.0  # points
MIN_DOUBTFUL_SHARE = 0.02  # of the training's labels, from which it is measured what they cost
NETWORK_EPOCHS = 8
MOST_SHOWN = 50

Answers = NDArray[np.int64]


@dataclass(frozen=True)
class Compared:
    """Accuracy on the same test clips after learning from all training clips, and without the doubtful."""

    accuracy_with: float
    accuracy_without: float
    points: Points

    def to_dict(self) -> dict[str, Any]:
        return {
            "accuracy_with": round(self.accuracy_with, 4),
            "accuracy_without": round(self.accuracy_without, 4),
            "points": round(self.points.value, 2),
            "low_points": self.points.low,
            "high_points": self.points.high,
        }


def label_errors(material: Material) -> Outcome:
    """Errors on doubtful test clips, and points that doubtful training clips cost."""
    learned = None if material.training is None else training_part(material)
    frames = [material.test.frame, *([] if learned is None else [learned.frame])]
    try:
        judged = judge_clips(
            frames,
            material.model.labels,
            seed=material.seed,
            num_workers=material.num_threads,
            on_progress=material.on_progress,
        )
    except MissingExtraError as error:
        return Outcome(not_measured=(f"Wrong labels. {error}",))
    if not judged.wrong:
        return Outcome(not_measured=judged.not_judged)
    parts = [_of_test(material, judged)]
    if learned is not None:
        parts.append(_of_training(material, learned, judged))
    facts = {"test": None, "training": None}
    for part in parts:
        facts |= part.facts
    return Outcome(
        causes=tuple(cause for part in parts for cause in part.causes),
        not_measured=(*judged.not_judged, *(sentence for part in parts for sentence in part.not_measured)),
        facts=facts,
        remarks=tuple(sentence for part in parts for sentence in part.remarks),
    )


def _of_test(material: Material, judged: JudgedClips) -> Outcome:
    """Errors that are none, if what the models of words hear is said."""
    test = material.test
    wrong = judged.wrong_of(test.ids)
    doubtful = wrong >= DOUBTFUL
    gains = np.zeros(len(test))
    for row in np.flatnonzero(doubtful):
        gains[row] = judged.said[test.ids[row]][test.answers.predicted[row]] - float(test.correct[row])
    facts = {"test": _test_facts(material, judged, doubtful)}
    if not doubtful.any():
        return Outcome(facts=facts)
    points = mean_points(gains, test.groups, seed=material.seed)
    errors = int((~test.correct & doubtful).sum())
    cause = Cause(
        name="test-labels",
        where="test",
        points=points,
        blamed=points.sure and points.value >= WORTHWHILE,
        message=f"{part_of(int(doubtful.sum()), len(test), 'test clip')} do not sound like their label, with "
        f"{errors:,} of the model's {plural(int((~test.correct).sum()), 'error')}; where the model hears "
        f"what is said there, {points_words(points)} are the labels' errors and not its own.",
        evidence={
            "doubtful_clips": int(doubtful.sum()),
            "errors_on_doubtful": errors,
            "errors": int((~test.correct).sum()),
        },
    )
    advice = "Listen to the test clips in doubt: unheard audit CORPUS --only labels."
    return Outcome((cause,), facts=facts, remarks=(advice,) if cause.blamed else ())


def _test_facts(material: Material, judged: JudgedClips, doubtful: NDArray[np.bool_]) -> dict[str, Any]:
    test, labels = material.test, material.model.labels
    wrong = judged.wrong_of(test.ids)
    worst = [row for row in np.argsort(-wrong, kind="stable") if doubtful[row]][:MOST_SHOWN]
    return {
        "clips": len(test),
        "doubtful": int(doubtful.sum()),
        "errors": int((~test.correct).sum()),
        "errors_on_doubtful": int((~test.correct & doubtful).sum()),
        "rows": [
            {
                "id": test.ids[row],
                "label": labels[test.classes[row]],
                "heard": labels[int(judged.said[test.ids[row]].argmax())],
                "wrong_probability": round(float(wrong[row]), 3),
            }
            for row in worst
        ],
    }


def _of_training(material: Material, learned: Part, judged: JudgedClips) -> Outcome:
    wrong = judged.wrong_of(learned.ids)
    doubtful = wrong >= DOUBTFUL
    facts = {
        "clips": len(learned),
        "doubtful": int(doubtful.sum()),
        "expected_wrong_share": round(float(wrong.mean()), 4),
        "labels": _by_label(material, learned, doubtful),
        "head": None,
        "network": None,
    }
    said = f"{part_of(int(doubtful.sum()), len(learned), 'training clip')} do not sound like their label"
    if doubtful.mean() < MIN_DOUBTFUL_SHARE:
        return Outcome(facts={"training": facts}, remarks=(f"{said}: too few to cost much.",))
    head = _by_head(material, learned, doubtful)
    network, problem = _by_network(material, learned, doubtful)
    facts |= {"head": head and head.to_dict(), "network": network and network.to_dict()}
    best = network or head
    not_measured = (problem,) if problem else ()
    if best is None:
        return Outcome((), not_measured, {"training": facts}, (f"{said}.",))
    cause = _training_cause(material, learned, doubtful, best, said, by_head=network is None)
    return Outcome((cause,), not_measured, {"training": facts})


def _training_cause(
    material: Material,
    learned: Part,
    doubtful: NDArray[np.bool_],
    found: Compared,
    said: str,
    *,
    by_head: bool,
) -> Cause:
    what = (
        "the model's last layer learned anew"
        if by_head
        else "the recipe, shortened,"
        if _recipe_is_known(material)
        else "a small network"
    )
    ids = [learned.ids[row] for row in np.flatnonzero(doubtful)]
    part = _is_part(material, learned)
    return Cause(
        name="training-labels",
        where="test",
        points=found.points,
        blamed=found.points.sure and found.points.value >= WORTHWHILE,
        message=f"{said}; with them {what} gets {accuracy_words(found.accuracy_with)} of the test right, "
        f"without them {accuracy_words(found.accuracy_without)}: of this model's accuracy they take "
        f"{points_words(found.points)}.",
        evidence={
            "doubtful_clips": len(ids),
            "judged_clips": len(learned),
            "accuracy_with": round(found.accuracy_with, 4),
            "accuracy_without": round(found.accuracy_without, 4),
        },
        remedies=(
            Remedy(
                "drop",
                f"Leave the {plural(len(ids), 'training clip')} out that do not sound like their label"
                f"{', or have them listened to and relabelled' if ids else ''}"
                f"{'; the others were not judged: unheard audit judges all' if part else ''}.",
                {"utterances": ids},
            ),
        ),
    )


def _is_part(material: Material, learned: Part) -> bool:
    return material.training is not None and len(learned) < material.training.learned.utterances.height


def _by_label(material: Material, learned: Part, doubtful: NDArray[np.bool_]) -> list[dict[str, Any]]:
    test, rows = material.test, []
    for index, label in enumerate(material.model.labels):
        of_label, tested = learned.classes == index, test.classes == index
        if of_label.any():
            accuracy = float(test.correct[tested].mean()) if tested.any() else None
            rows.append(
                {
                    "label": label,
                    "clips": int(of_label.sum()),
                    "doubtful": int((of_label & doubtful).sum()),
                    "test_accuracy": accuracy,
                }
            )
    return rows


def _by_head(material: Material, learned: Part, doubtful: NDArray[np.bool_]) -> Compared | None:
    """The last layer learned anew; null where the model shows no embedding."""
    known, asked = learned.answers.embedding, material.test.answers.embedding
    if known is None or asked is None:
        return None
    kept = np.flatnonzero(~doubtful)
    return _compared(
        material,
        head_answers(known, learned.classes, asked),
        head_answers(known[kept], learned.classes[kept], asked),
    )


def _recipe_is_known(material: Material) -> bool:
    training = material.training
    return material.retrain and training is not None and training.recipe is not None


def _by_network(
    material: Material, learned: Part, doubtful: NDArray[np.bool_]
) -> tuple[Compared | None, str]:
    """A network trained twice: by the model's recipe, shortened, with leave to retrain; else a small one."""
    training = material.training
    assert training is not None
    try:
        with_all, without = (
            _trained(material, training, [learned.ids[row] for row in rows])
            for rows in (np.arange(len(learned)), np.flatnonzero(~doubtful))
        )
    except (CorpusError, ModuleNotFoundError) as error:
        return None, f"What doubtful training labels cost a network that learns from them. {error}"
    found = _compared(material, with_all, without, scaled=not _recipe_is_known(material))
    return found, ""


def _trained(material: Material, training: Training, ids: list[str]) -> Answers:
    wanted = pl.col("id").is_in(ids) | (pl.col("role") != "utterance")
    corpus = with_validation(training.corpus, training.learned.filter(wanted))
    if _recipe_is_known(material) and training.recipe is not None:
        recipe = shortened(training.recipe, material.model)
    else:
        recipe = proxy_recipe(material.model, corpus, NETWORK_EPOCHS)
    return arm_answers(
        Arm(corpus, recipe),
        material.test,
        material.model,
        seed=material.seed,
        num_threads=material.num_threads,
        on_progress=material.on_progress,
    )


def _compared(material: Material, with_all: Answers, without: Answers, *, scaled: bool = False) -> Compared:
    """Points won on the same test clips. `scaled`: a network that errs twice as often as the model loses
    twice as much, so its points are taken in the proportion of the errors."""
    test = material.test
    before, after = (answers == test.classes for answers in (with_all, without))
    errors = float((~before).mean())
    factor = min(1.0, float((~test.correct).mean()) / errors) if scaled and errors > 0 else 1.0
    points = mean_points(factor * (after.astype(float) - before), test.groups, seed=material.seed)
    return Compared(float(before.mean()), float(after.mean()), points)


EXPERIMENT = Experiment(
    "labels",
    "errors that are the labels', in the test and in the training",
    label_errors,
)
