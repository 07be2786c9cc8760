from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from unheard.audit.annotators import CHECK
from unheard.audit.check import Material
from unheard.audit.finding import Finding

Make = Callable[..., Material]
Judged = Callable[..., dict[str, list[str]]]


def about(findings: Sequence[Finding], subject: str) -> list[Finding]:
    return [finding for finding in findings if finding.subject.startswith(subject)]


def test_good_annotators_and_right_labels_are_quiet(make_material: Make, judged: Judged) -> None:
    result = CHECK.run(make_material(**judged({"a": 0.99, "b": 0.98, "c": 0.98}, 500)))

    assert about(result.findings, "corpus") == about(result.findings, "annotator") == []
    assert [finding for finding in result.findings if finding.actions[0].kind == "relabel"] == []
    assert result.judged == 500
    assert result.facts["alpha"] > 0.9
    assert [person["name"] for person in result.facts["annotators"]][-1] == "a"


def test_an_annotator_who_guesses_is_named(make_material: Make, judged: Judged) -> None:
    result = CHECK.run(make_material(**judged({"a": 0.95, "b": 0.9, "c": 0.92, "guess": 0.5}, 400)))

    (finding,) = about(result.findings, "annotator")
    assert finding.subject == "annotator guess"
    assert finding.message.startswith("Right in ")
    assert finding.evidence["reliability"] == pytest.approx(0.5, abs=0.06)


def test_low_agreement_names_alpha_and_what_is_mixed_up(make_material: Make, judged: Judged) -> None:
    columns = judged({"a": 0.99, "b": 0.99}, 400)
    swap = {"yes": "no", "up": "down"}
    columns["annotation_b"] = [swap.get(word, word) for word in columns["annotation_b"]]

    (finding,) = about(CHECK.run(make_material(**columns)).findings, "corpus")

    assert finding.severity == "warning"
    assert finding.message.startswith("On 400 clips the annotators agree with an alpha of 0.")
    assert "below 0.667: their labels are not to be relied on; most often '" in finding.message


def test_tentative_agreement_is_a_note(make_material: Make, judged: Judged) -> None:
    (finding,) = about(CHECK.run(make_material(**judged({"a": 0.9, "b": 0.9}, 2000))).findings, "corpus")

    assert finding.severity == "note"
    assert "below 0.8: conclusions from them are tentative" in finding.message


def test_what_cannot_be_judged_is_said(make_material: Make) -> None:
    assert CHECK.run(make_material(label=["yes"])).not_judged == (
        "No column 'annotator', none that begins with 'annotation_': agreement of annotators is not judged.",
    )
    assert CHECK.run(make_material(annotation_a=["yes", None], annotation_b=[None, "no"])).not_judged == (
        "No clip was judged twice: agreement of annotators is not judged.",
    )
    result = CHECK.run(make_material(annotation_a=["yes"] * 5, annotation_b=["yes"] * 4 + [None]))
    assert result.not_judged == (
        "1 clip with one judgement only.",
        "One label is all that was ever given: agreement beyond chance cannot be told.",
        "2 annotators with under 20 judgements: 'b', 'a'.",
        "Two annotators: which of them is wrong where they differ cannot be told.",
    )
