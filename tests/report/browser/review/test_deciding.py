"""Deciding on the page: keys, buttons, lists and notes; what is saved is what a repair reads."""

from __future__ import annotations

import json
from pathlib import Path

from unheard.audit.decisions import read_decisions
from unheard.audit.finding import Action
from unheard.audit.repair import repair_corpus
from unheard.audit.review import choose_items
from unheard.report.review_page import write_review_page

HOSTILE = "<script>alert('x')</script>\"'&"


def test_keys_decide_and_what_is_saved_is_carried_out(page, html: Path, corpus, findings):
    page.open(html)
    assert page.count == "0 of 4 decided"
    assert page.current == "yes/0"
    page.key("r")  # as suggested
    assert page.current == "yes/1"
    page.key("k", "k")
    assert page.count == "3 of 4 decided"
    assert page.current == "no/3"
    page.key("d")
    assert page.message == "All clips shown here are decided. Save the decisions."
    page.click("#save")
    saved = page.downloaded()
    document = json.loads(saved.read_text("utf-8"))
    assert document["format"] == 1
    assert document["corpus"] == "words"
    assert document["decisions"][0] == {
        "utterance": "yes/0",
        "decision": "relabel",
        "label": "no",
        "check": "labels",
        "note": "",
    }
    decisions = read_decisions([saved], corpus)
    repair = repair_corpus(corpus, findings, decisions)
    assert repair.changes.select("utterance", "change", "after").rows() == [
        ("yes/0", "relabel", "no"),
        ("no/3", "drop", None),
    ]
    assert not repair.for_review
    assert page.console == []


def test_buttons_lists_and_notes_do_the_same(page, html: Path, corpus):
    page.open(html)
    second = "[data-utterance='yes/1'] "
    page.run(f'document.querySelector("{second}input").value = "a door"')
    page.click(f"{second}[data-decision='drop']")
    assert page.current == "no/2"
    page.click("[data-utterance='no/2'] [data-decision='relabel']")  # nothing is suggested there
    assert page.message == "Choose the new label, then relabel."
    assert page.count == "1 of 4 decided"
    page.run("const list = document.querySelector(\"[data-utterance='no/2'] select\")")
    assert page.run("[...list.options].map((option) => option.value)") == ["", "yes"]
    page.run("list.value = 'yes'; list.dispatchEvent(new Event('change'))")
    page.click("#save")
    found = read_decisions([page.downloaded()], corpus).of
    assert [(row.utterance, row.decision, row.label, row.note) for row in found.values()] == [
        ("yes/1", "drop", None, "a door"),
        ("no/2", "relabel", "yes", ""),
    ]


def test_keys_do_not_act_while_somebody_writes(page, html: Path):
    page.open(html)
    page.run("document.querySelector('.card input').focus()")
    page.key("k", "d", "r", " ")
    assert page.run("document.querySelector('.card input').value") == "kdr "
    assert page.count == "0 of 4 decided"
    page.key("Escape", "k")
    assert page.count == "1 of 4 decided"


def test_the_same_key_again_takes_a_decision_back(page, html: Path):
    page.open(html)
    page.key("k", "ArrowUp")
    assert page.current == "yes/0"
    page.key("k")
    assert page.count == "0 of 4 decided"
    assert page.run("document.getElementById('save').disabled")


def test_clips_of_one_check_can_be_gone_through(page, html: Path):
    page.open(html)
    assert page.run("[...document.getElementById('filter').options].map((option) => option.text)") == [
        "all clips (4)",
        "clipping (2)",
        "labels (1)",
        "silence (2)",
    ]
    page.run("const list = document.getElementById('filter'); list.value = 'silence'")
    page.run("list.dispatchEvent(new Event('change'))")
    assert page.current == "no/2"
    page.key("k", "k")
    assert page.message == "All clips shown here are decided. Save the decisions."
    assert page.count == "2 of 4 decided"


def test_names_cannot_break_out_of_the_page(page, tmp_path: Path, noise, make_finding, make_corpus):
    names, labels = [HOSTILE, f"{HOSTILE}2"], [f"{HOSTILE}yes", "no"]
    corpus = make_corpus(names, labels)
    found = [
        make_finding(names[0], HOSTILE, 0.9, Action("relabel", names[0], sure=False, label="no")),
        make_finding(names[1], "clipping", 0.8),
    ]
    path = tmp_path / "review.html"
    write_review_page(path, choose_items(found, corpus.utterances, 9), noise, corpus.labels, HOSTILE)
    page.open(path)
    page.key("r")
    assert page.current == names[1]
    page.run("const list = document.querySelectorAll('.card select')[1]; list.focus()")
    page.run(f"list.value = {labels[0]!r}; list.dispatchEvent(new Event('change'))")
    page.click("#save")
    found_again = read_decisions([page.downloaded()], corpus).of
    assert [(row.utterance, row.label, row.check) for row in found_again.values()] == [
        (names[0], "no", HOSTILE),
        (names[1], labels[0], "clipping"),
    ]
    assert page.console == []
