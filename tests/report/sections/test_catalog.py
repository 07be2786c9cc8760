"""Facts of real runs are drawn; what cannot be drawn, and what nobody knows, comes as plain tables."""

from __future__ import annotations

from dataclasses import replace

import pytest

from unheard.diagnose.catalog import all_experiments
from unheard.report.sections.catalog import SHOWN, make_section, make_sections


def silent(part: str, clip: str) -> None:
    return None


def test_every_known_experiment_is_drawn_from_real_facts(diagnosis):
    drawn = {
        row.name: SHOWN[row.name].draw(row.outcome.facts, silent)
        for row in diagnosis.outcomes
        if row.outcome.facts and row.name in SHOWN
    }
    assert len(drawn) >= 10
    assert all(drawn.values())


def test_every_experiment_has_a_title():
    assert set(all_experiments()) <= set(SHOWN)


def test_known_ones_come_in_order_and_others_last(diagnosis):
    names = [section.name for section in make_sections(diagnosis.outcomes, silent)]
    assert names[-1] == "lip-noise"
    assert names[:-1] == [name for name in SHOWN if name in names]


@pytest.mark.parametrize("facts", [{"curves": 7}, {"curves": [{}]}, {"curves": None}, {"x_db": 3.0}])
def test_facts_that_do_not_fit_are_listed(diagnosis, facts):
    row = next(row for row in diagnosis.outcomes if row.name == "stress")
    section = make_section(replace(row, outcome=replace(row.outcome, facts=facts)), silent)
    assert [block.kind for block in section.blocks] == ["table"] * len(section.blocks)
    assert section.title == "What each condition costs"
