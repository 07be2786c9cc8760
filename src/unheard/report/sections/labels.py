"""Clips that do not sound like their label, in the test and in the training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unheard.diagnose.cause import Points
from unheard.report.media import Listen
from unheard.report.sections.block import Block, Table
from unheard.report.sections.cells import point_cells, share, whole

LEARNED = {"network": "a small network", "head": "the last layer, learned anew"}


def draw_labels(facts: Mapping[str, Any], _listen: Listen) -> list[Block]:
    """What doubtful labels cost, where they are, and the most doubtful test clips."""
    training, test = facts.get("training") or {}, facts.get("test") or {}
    return [*_cost(training), *_by_label(training), *_worst(test)]


def _cost(training: Mapping[str, Any]) -> list[Block]:
    rows = [(title, training[name]) for name, title in LEARNED.items() if training.get(name)]
    won = [Points(row["points"], row["low_points"], row["high_points"], "") for _, row in rows]
    bars = point_cells(won, [points.sure for points in won], won=True)
    cells = [
        (title, share(row["accuracy_with"]), share(row["accuracy_without"]), *bar)
        for (title, row), bar in zip(rows, bars, strict=True)
    ]
    columns = ("Learned from the training clips", "With doubtful ones", "Without", "", "Points won")
    return [Table(columns, cells, "What doubtful training labels cost", (1, 2, 4))] if cells else []


def _by_label(training: Mapping[str, Any]) -> list[Block]:
    rows = [
        (row["label"], whole(row["clips"]), whole(row["doubtful"]), share(row["test_accuracy"]))
        for row in training.get("labels", ())
    ]
    columns = ("Label", "Training clips", "Doubtful", "Right in the test")
    return [Table(columns, rows, "Training clips by label", (1, 2, 3))] if rows else []


def _worst(test: Mapping[str, Any]) -> list[Block]:
    rows = [
        (row["id"], row["label"], row["heard"], share(row["wrong_probability"]))
        for row in test.get("rows", ())
    ]
    columns = ("Test clip", "Label", "Sounds like", "Label is wrong by")
    title = f"The {len(rows)} most doubtful test clips"
    return [Table(columns, rows, title, (3,), folded=True)] if rows else []
