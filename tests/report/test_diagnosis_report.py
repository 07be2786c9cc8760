"""The page holds what the diagnosis says, in order, and nothing can break out of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from unheard.diagnose.cause import Outcome
from unheard.diagnose.diagnosis import Compared, Diagnosis, ExperimentOutcome
from unheard.report.diagnosis_report import render_diagnosis_report, write_diagnosis_report

HOSTILE = "<script>alert('x')</script>\"'&"


@pytest.fixture(scope="session")
def page(parse, diagnosis, steps_of):
    return parse(render_diagnosis_report(diagnosis, steps_of(diagnosis)))


def ids(page) -> list[str]:
    return [attrs["id"] for tag, attrs in page.tags if tag == "section"]


def test_the_answer_stands_first(page):
    assert page.text.index("Live 71.3\u00a0% of clips are right") < page.text.index("Do first")
    assert page.text.index("Do first") < page.text.index("From the test to live")


def test_contents_lead_to_every_section(page):
    links = [address for address in page.attributes("href") if address.startswith("#")]
    contents = [address[1:] for address in dict.fromkeys(links)]
    assert set(ids(page)) <= set(contents)
    assert ids(page)[:3] == ["way", "causes", "plan"]
    assert ids(page)[-1] == "gaps"


def test_links_inside_the_page_lead_somewhere(page):
    anchors = set(page.attributes("id"))
    assert {address[1:] for address in page.attributes("href") if address.startswith("#")} <= anchors


def test_every_cause_is_there_with_its_points(page, diagnosis):
    for cause in diagnosis.causes:
        assert cause.message in page.text
        assert f"{cause.points.value:.1f}".replace("-", "−") in page.text


def test_what_was_not_measured_is_said(page):
    assert "It broke down: RuntimeError: the embedding has no size" in page.text
    assert "It needs live clips without labels." in page.text


def test_experiments_that_nobody_knows_come_as_tables(page):
    assert "lip-noise" in ids(page)
    assert "smacks per clip1.25" in page.text.replace(" 1.25", "1.25").replace("\n", "")


def test_facts_that_do_not_fit_come_as_tables(diagnosis, parse):
    odd = {"curves": 7, "factors": "x", "groups": [1], "slices": {"a": 1}, "clips": {"b": 2}}
    outcomes = tuple(replace(row, outcome=Outcome(facts=odd)) for row in diagnosis.outcomes)
    assert "slices" in parse(render_diagnosis_report(replace(diagnosis, outcomes=outcomes))).text.lower()


def test_a_diagnosis_of_nothing_is_a_page(diagnosis, parse):
    empty = replace(diagnosis, live=None, outcomes=(), notes=())
    page = parse(render_diagnosis_report(empty))
    assert ids(page) == ["causes"]
    assert "nothing is blamed" in page.text


def test_before_and_after_stand_under_the_answer(diagnosis, parse):
    compared = Compared("first", diagnosis.causes[0].points, None)
    page = parse(render_diagnosis_report(replace(diagnosis, compared=compared)))
    assert "Against first on the same clips it wins 9.0\u00a0points" in page.text


def hostile(value: object) -> object:
    """A document whose every free text tries to break out."""
    if isinstance(value, dict):
        return {key: hostile(row) for key, row in value.items()}
    if isinstance(value, list):
        return [hostile(row) for row in value]
    return HOSTILE if isinstance(value, str) and " " in value else value


def test_nothing_breaks_out_of_the_page(diagnosis, parse):
    known = Diagnosis.from_dict(hostile(diagnosis.to_dict()) | {"model": HOSTILE, "labels": [HOSTILE]})
    facts = {HOSTILE: HOSTILE, "rows": [{HOSTILE: HOSTILE}]}
    odd = ExperimentOutcome("odd", HOSTILE, Outcome(facts=facts, remarks=(HOSTILE,)), 1.0)
    html = render_diagnosis_report(replace(known, outcomes=(*known.outcomes, odd)))
    assert "<script" not in html
    assert parse(html).text.count("alert('x')") > 10


def test_pictures_have_words(page):
    assert all(attrs.get("alt") for tag, attrs in page.tags if tag == "img")
    assert all(
        attrs.get("aria-label")
        for tag, attrs in page.tags
        if tag in ("svg", "audio") and "aria-hidden" not in attrs
    )


def test_it_is_written_whole(tmp_path, diagnosis):
    write_diagnosis_report(tmp_path / "diagnosis.html", diagnosis)
    html = (tmp_path / "diagnosis.html").read_text("utf-8")
    assert html.rstrip().endswith("</html>")
