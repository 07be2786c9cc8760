"""Whether scores mean what they say, and what the model answers to strangers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from unheard.evaluate.calibration import ReliabilityBin
from unheard.report.diagnosis_words import capital
from unheard.report.media import Listen
from unheard.report.plots.interval import plot_interval
from unheard.report.plots.rejection import plot_rejection
from unheard.report.plots.reliability import plot_reliability
from unheard.report.sections.block import Block, Cell, Figures, Table
from unheard.report.sections.cells import digits, share, whole
from unheard.report.words import percent_interval

Row = Mapping[str, Any]
STRANGERS = ("Stranger", "Accepted", "", "Interval", "at 95 % kept", "Told apart", "Clips")
RELIABLE = (
    "Dots on the dashed line are honest: of clips with a score of 0.8, 80 % are right. Under it the model is "
    "too sure. Larger dots and higher bars have more clips. Mended: with the temperature that half of the "
    "test speakers ask for."
)


def draw_confidence(facts: Row, _listen: Listen) -> list[Block]:
    """Reliability of both sides, strangers, and what a threshold does."""
    return [*_reliability(facts), *_strangers(facts), *_rejection(facts)]


def _reliability(facts: Row) -> list[Block]:
    plots = [
        plot
        for name in ("test", "live")
        if (part := facts["parts"].get(name))
        for plot in (
            plot_reliability(_bins(part["reliability"]), capital(name), part["ece"]),
            plot_reliability(_bins(part["reliability_after"]), f"{capital(name)}, mended", part["ece_after"]),
        )
    ]
    return [Figures(plots, RELIABLE, "large")] if plots else []


def _bins(rows: Sequence[Row]) -> list[ReliabilityBin]:
    return [ReliabilityBin(**row) for row in rows]


def _strangers(facts: Row) -> list[Block]:
    rows = [_stranger(row) for row in facts.get("strangers", ())]
    title = (
        f"What is none of its classes, accepted at the threshold of {digits(facts['threshold'])}, or at the "
        "one that keeps 95 % of the right answers; bars run from 0 to 100 %. Told apart: how often a right "
        "answer has the higher score"
    )
    return [Table(STRANGERS, rows, title, numbers=(1, 3, 4, 5, 6))] if rows else []


def _stranger(row: Row) -> tuple[Cell, ...]:
    return (
        capital(row["title"]),
        share(row["accepted"]),
        plot_interval(row["accepted"], row["accepted_low"], row["accepted_high"], 0.0),
        percent_interval(row["accepted_low"], row["accepted_high"]),
        share(row["accepted_at_95_right"]),
        share(row["auroc_score"]),
        whole(row["num_clips"]),
    )


def _rejection(facts: Row) -> list[Block]:
    found = facts.get("rejection") or {}
    plot = plot_rejection(found.get("curve", ()), facts["threshold"], found.get("threshold"))
    legend = ("right answers kept", "strangers let in")
    return [Figures([plot], legend=legend, title="What a threshold does")] if plot else []
