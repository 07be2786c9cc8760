"""Accuracy on live clips without asking for a label, by how sure the model is of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unheard.diagnose.cause import Points
from unheard.report.diagnosis_words import capital, interval, share
from unheard.report.media import Listen
from unheard.report.sections.block import Block, Table
from unheard.report.sections.cells import digits
from unheard.report.words import NOTHING

METHODS = ("Method", "Accuracy live", "Errs by", "Errs by, test clips untouched", "Taken")


def draw_unlabelled(facts: Mapping[str, Any], _listen: Listen) -> list[Block]:
    """The estimate beside what was measured, and how far each method errs."""
    return [*_estimate(facts), *_methods(facts)]


def _estimate(facts: Mapping[str, Any]) -> list[Block]:
    rows = [
        (title, _accuracy(facts.get(name)))
        for name, title in (
            ("test_accuracy", "Test, measured"),
            ("estimate", "Live, by the scores"),
            ("untouched", "Live, as if it sounded like the test"),
            ("measured_accuracy", "Live, measured"),
        )
    ]
    return [Table(("Clips", "Right"), rows, numbers=(1,))]


def _accuracy(found: Mapping[str, Any] | float | None) -> str:
    """ "74.1 % (66.0 to 81.2)"."""
    if found is None:
        return NOTHING
    if isinstance(found, Mapping):
        number = Points(found["points"], found["low"], found["high"], "")
        return f"{share(number)} {interval(number)}".rstrip()
    return share(Points(found, None, None, ""))


def _methods(facts: Mapping[str, Any]) -> list[Block]:
    rows = [
        (
            capital(row["method"]),
            _accuracy(row["points"]),
            f"{digits(row['error_points'])} points",
            f"{digits(row['untouched_error_points'])} points",
            "yes" if row["method"] == facts["method"] else "",
        )
        for row in facts.get("estimates", ())
    ]
    title = "How far each method errs on test clips that were given the live condition"
    return [Table(METHODS, rows, title, numbers=(1, 2, 3))] if rows else []
