"""How the model fits what it learned from: curves of the training, more speakers, other trainings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unheard.diagnose.cause import Points
from unheard.report.diagnosis_words import points
from unheard.report.media import Listen
from unheard.report.plots.curves import plot_curves
from unheard.report.plots.learning import plot_learning
from unheard.report.sections.block import Block, Figures, Table
from unheard.report.sections.cells import digits, point_cells, points_of, share, whole

MADE_BY = {
    "last layer": "the model's last layer, learned anew on fewer speakers: a lower bound",
    "recipe": "the recipe, shortened, on fewer speakers",
}


def draw_fit(facts: Mapping[str, Any], _listen: Listen) -> list[Block]:
    """Training beside test, curves over epochs and speakers, and trainings that differ in one thing."""
    return [*_parts(facts), *_curves(facts), *_speakers(facts), *_arms(facts)]


def _parts(facts: Mapping[str, Any]) -> list[Block]:
    rows = [
        (
            row["part"],
            share(row["accuracy"]),
            digits(row["log_loss"], "nats"),
            whole(row["clips"]),
            whole(row["speakers"]),
        )
        for row in facts.get("parts", ())
    ]
    columns = ("Clips of", "Right", "Log loss", "Clips", "Speakers")
    return [Table(columns, rows, "What it learned from, and what it did not", (1, 2, 3, 4))] if rows else []


def _curves(facts: Mapping[str, Any]) -> list[Block]:
    plots = plot_curves(facts.get("curves", ()), facts.get("best_epoch"), mark="lowest loss")
    return [Figures(plots, size="large", title="The training")] if plots else []


def _speakers(facts: Mapping[str, Any]) -> list[Block]:
    """Errors of the test over speakers."""
    found = facts.get("speaker_curve")
    if not found:
        return []
    plot = plot_learning([_as_errors(row) for row in found["rows"]])
    if plot is None:
        return []
    gain = points_of(found, "gain_of_doubling_points")
    caption = (
        f"By {MADE_BY.get(found['of'], found['of'])}. Twice as many speakers would bring {points(gain)}."
    )
    return [Figures([plot], caption, size="wide", title="More speakers")]


def _as_errors(row: Mapping[str, Any]) -> dict[str, Any]:
    low, high = row.get("low"), row.get("high")
    return {
        "speakers": row["speakers"],
        "error": 1 - row["accuracy"],
        "low": None if high is None else 1 - high,
        "high": None if low is None else 1 - low,
    }


def _arms(facts: Mapping[str, Any]) -> list[Block]:
    rows = facts.get("arms", ())
    won = [Points(row["points"], row["low_points"], row["high_points"], "") for row in rows]
    bars = point_cells(won, [number.sure for number in won], won=True)
    cells = [
        (row["arm"], row["axis"], share(row["accuracy"]), *bar, digits(row["p_value"]))
        for row, bar in zip(rows, bars, strict=True)
    ]
    columns = ("Training", "Changes", "Right", "", "Points won", "p, corrected")
    return [Table(columns, cells, "Trainings that differ in one thing", (2, 4, 5))] if cells else []
