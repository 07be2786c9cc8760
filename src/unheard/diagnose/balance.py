"""Accuracy of each label and group against how often it was trained on, and what balancing would win.

Facts: `classes`: a row each: `label`, `training_clips`, `test_clips`, `accuracy` (0 to 1; null without test
clips); `rank_correlation` of training clips and accuracy (Spearman's; null for fewer than 4 labels);
`columns`: by metadata column with 2 to 20 values a list of rows: `value`, `training_clips`, `test_clips`,
`speakers`, `accuracy`; `head`: null, or `accuracy`, `balanced_accuracy`: means over labels of the last layer
learned anew, and of the same with rare labels weighted up.

Asks for answers to 2,000 training clips at most, which other experiments ask for, too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.corpus.classes import BACKGROUND, ClassMap
from unheard.corpus.schema import COLUMNS
from unheard.diagnose.cause import Cause, Outcome, Remedy
from unheard.diagnose.experiment import Experiment, Material, Part
from unheard.diagnose.head import head_answers
from unheard.diagnose.points import mean_points
from unheard.diagnose.training_part import training_part
from unheard.diagnose.words import accuracy_words, points_words

MIN_RATIO = 2.0  # of the most to the least frequent label, from which balancing is tried
WORTHWHILE = 1.0  # points
MIN_LABELS = 4  # for a rank correlation
NUM_VALUES = (2, 20)  # of a column whose values are groups
GROUP_COLUMNS = ("device", "session")

Counts = NDArray[np.int64]


def balance(material: Material) -> Outcome:
    """Points that balanced training would win, averaged over labels."""
    assert material.training is not None  # needs=("train",)
    learned = material.training.learned.utterances
    classes = ClassMap(tuple(material.model.labels)).classes(learned["label"])
    counts = np.bincount(classes[classes >= 0], minlength=len(material.model.labels))
    rows = _class_rows(material, counts)
    facts = {
        "classes": rows,
        "rank_correlation": _rank_correlation(rows),
        "columns": _columns(material.test, learned),
        "head": None,
    }
    commands = [index for index, row in enumerate(rows) if row["label"] not in BACKGROUND and counts[index]]
    if len(commands) < 2 or counts[commands].max() < MIN_RATIO * counts[commands].min():
        return Outcome(facts=facts)
    outcome = _reweighted(material, counts, np.array(commands))
    return Outcome(outcome.causes, outcome.not_measured, facts | dict(outcome.facts))


def _class_rows(material: Material, counts: Counts) -> list[dict[str, Any]]:
    test, rows = material.test, []
    for index, label in enumerate(material.model.labels):
        tested = test.classes == index
        accuracy = round(float(test.correct[tested].mean()), 4) if tested.any() else None
        of_label = {"training_clips": int(counts[index]), "test_clips": int(tested.sum())}
        rows.append({"label": label, **of_label, "accuracy": accuracy})
    return rows


def _rank_correlation(rows: list[dict[str, Any]]) -> float | None:
    from scipy.stats import spearmanr

    known = [row for row in rows if row["accuracy"] is not None and row["training_clips"]]
    columns = [[row[name] for row in known] for name in ("training_clips", "accuracy")]
    if len(known) < MIN_LABELS or min(len(set(column)) for column in columns) < 2:
        return None
    return round(float(spearmanr(*columns).statistic), 3)


def _columns(test: Part, learned: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Accuracy of groups that metadata name; measured descriptors are no groups."""
    found = {}
    free = [name for name in learned.columns if name not in COLUMNS]
    for name in (*GROUP_COLUMNS, *free):
        if name not in test.frame.columns or name not in learned.columns:
            continue
        values = test.frame[name].drop_nulls().unique()
        if NUM_VALUES[0] <= len(values) <= NUM_VALUES[1]:
            found[name] = [_group_row(test, learned, name, value) for value in values.sort()]
    return found


def _group_row(test: Part, learned: pl.DataFrame, name: str, value: Any) -> dict[str, Any]:
    rows = np.flatnonzero((test.frame[name] == value).fill_null(False).to_numpy())
    return {
        "value": str(value),
        "training_clips": learned.filter(pl.col(name) == value).height,
        "test_clips": len(rows),
        "speakers": len({test.groups[row] for row in rows}),
        "accuracy": round(float(test.correct[rows].mean()), 4),
    }


def _reweighted(material: Material, counts: Counts, commands: Counts) -> Outcome:
    """The last layer learned anew, with rare labels weighted up, against the same without.

    Of commands alone: how many unknown words an epoch has is another option of the recipe.
    """
    learned, test = (
        part.take(np.flatnonzero(np.isin(part.classes, commands)))
        for part in (training_part(material), material.test)
    )
    known, asked = learned.answers.embedding, test.answers.embedding
    if known is None or asked is None:
        reason = "the model shows no embedding to learn its last layer from anew; --retrain would tell"
        return Outcome(not_measured=(f"What balanced labels would win: {reason}.",))
    plain, balanced = (
        head_answers(known, learned.classes, asked, weights=weights) == test.classes
        for weights in (None, "balanced")
    )
    each = 1 / np.bincount(test.classes)[test.classes]
    each *= len(test) / each.sum()  # so that every label counts the same
    points = mean_points((balanced.astype(float) - plain) * each, test.groups, seed=material.seed)
    accuracy, mended = (float(np.average(right, weights=each)) for right in (plain, balanced))
    rare, common = commands[counts[commands].argmin()], commands[counts[commands].argmax()]
    labels = material.model.labels
    cause = Cause(
        name="class-balance",
        where="test",
        points=points,
        blamed=points.sure and points.value >= WORTHWHILE,
        message=f"'{labels[rare]}' was trained on with {counts[rare]:,} clips, '{labels[common]}' with "
        f"{counts[common]:,}; with rare labels weighted up, the model's last layer learned anew has an "
        f"accuracy of {accuracy_words(mended)} instead of {accuracy_words(accuracy)}, averaged over "
        f"labels: {points_words(points)}.",
        evidence={
            "fewest_clips": int(counts[rare]),
            "most_clips": int(counts[common]),
            "accuracy": round(accuracy, 4),
            "balanced_accuracy": round(mended, 4),
        },
        remedies=(
            Remedy(
                "recipe",
                "Train on as many clips of each label an epoch.",
                {"data.sampling": "balanced"},
            ),
        ),
    )
    facts = {"head": {"accuracy": round(accuracy, 4), "balanced_accuracy": round(mended, 4)}}
    return Outcome((cause,), facts=facts)


EXPERIMENT = Experiment(
    "balance",
    "accuracy of labels and groups against how often they were trained on",
    balance,
    needs=("train",),
)
