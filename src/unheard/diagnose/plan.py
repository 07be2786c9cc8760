"""From causes to a plan: every remedy of what is blamed, most points first, each once.

Remedies against conditions that neither part has stand in it too, but are not carried out unless somebody
says so: hardening a small model against everything at once costs more in the test than it wins elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from unheard.diagnose.cause import Cause, Remedy
from unheard.diagnose.diagnosis import Diagnosis
from unheard.json_values import plain
from unheard.train.plan import Plan, Step

MAX_STRESS_POINTS = 5.0  # a condition that nobody has is planned for where it would cost more


def make_plan(diagnosis: Diagnosis, run: Path | None = None) -> Plan:
    """What to do, in the order in which it wins back points."""
    steps: list[Step] = []
    for cause in _worth_it(diagnosis.causes):
        steps += [_step(cause, remedy) for remedy in cause.remedies if not _is_there(remedy, steps)]
    return Plan(model=diagnosis.model, run="" if run is None else str(run), step=tuple(steps))


def _worth_it(causes: Iterable[Cause]) -> list[Cause]:
    """Causes that are blamed; conditions that neither part has only where they would cost much."""
    return [
        cause
        for cause in causes
        if cause.blamed and (cause.where != "stress" or cause.points.value >= MAX_STRESS_POINTS)
    ]


def _step(cause: Cause, remedy: Remedy) -> Step:
    points = cause.points
    settings = {key: value for key, value in plain(remedy.settings).items() if value is not None}
    return Step(
        cause=cause.name,
        points=round(points.value, 1),
        low=None if points.low is None else round(points.low, 1),
        high=None if points.high is None else round(points.high, 1),
        kind=remedy.kind,
        do=remedy.sentence,
        carry_out=cause.where != "stress",
        settings=settings,
    )


def _is_there(remedy: Remedy, steps: Iterable[Step]) -> bool:
    """Whether the same is done already for a cause that costs more."""
    settings = {key: value for key, value in plain(remedy.settings).items() if value is not None}
    return any(
        (step.kind, step.do, step.settings) == (remedy.kind, remedy.sentence, settings) for step in steps
    )
