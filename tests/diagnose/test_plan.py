from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from unheard.diagnose.cause import Cause, Outcome, Points, Remedy, Where
from unheard.diagnose.diagnosis import Diagnosis, ExperimentOutcome, PartSummary
from unheard.diagnose.plan import make_plan
from unheard.train.plan import load_plan, write_plan

ROOMS = Remedy("augment", "Train in rooms.", {"transform": "rooms", "p": np.float32(0.5), "none": None})


def cause(name: str, where: Where, value: float, remedy: Remedy, *, blamed: bool = True) -> Cause:
    return Cause(name, where, Points(value, value - 1.26, None, "t"), blamed, "It costs.", {}, (remedy,))


def diagnosis(*causes: Cause) -> Diagnosis:
    outcome = ExperimentOutcome("a", "does a", Outcome(causes), 1.0)
    part = PartSummary(10, 2, None)
    return Diagnosis("m", ("yes", "no"), datetime.now(UTC), part, None, (outcome,), 1.0)


def test_what_wins_back_most_comes_first_and_each_remedy_once(tmp_path: Path) -> None:
    plan = make_plan(
        diagnosis(
            cause("few-speakers", "test", 2.0, Remedy("record", "Record more.", {"speakers": 20})),
            cause("room", "live", 3.1, ROOMS),
            cause("reverberation", "live", 7.04, ROOMS),
        ),
        tmp_path,
    )

    assert [(step.cause, step.kind, step.points, step.low) for step in plan.step] == [
        ("reverberation", "augment", 7.0, 5.8),
        ("few-speakers", "record", 2.0, 0.7),
    ]
    assert plan.step[0].settings == {"transform": "rooms", "p": 0.5}
    assert plan.run == str(tmp_path)
    write_plan(tmp_path / "plan.toml", plan)
    assert load_plan(tmp_path / "plan.toml") == plan


def test_only_what_is_blamed_is_planned_and_conditions_nobody_has_if_they_cost_much() -> None:
    plan = make_plan(
        diagnosis(
            cause("noise", "live", 9.0, ROOMS, blamed=False),
            cause("babble", "stress", 4.0, Remedy("augment", "a", {"transform": "babble"})),
            cause("telephone", "stress", 6.0, Remedy("augment", "b", {"transform": "telephone"})),
        )
    )

    assert [(step.cause, step.carry_out) for step in plan.step] == [("telephone", False)]
