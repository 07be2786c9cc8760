"""Players of the page: one clip at a time, a pair in turn, long ones cut, broken ones named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from unheard.audit.finding import Action
from unheard.audit.review import choose_items
from unheard.report.review_page import write_review_page


def test_space_plays_one_clip_at_a_time(page, html: Path):
    page.open(html)
    page.run("for (const audio of document.querySelectorAll('audio')) audio.loop = true")
    playing = "[...document.querySelectorAll('audio')].map((audio) => !audio.paused)"
    page.key(" ")
    page.wait("document.querySelector('audio').currentTime > 0")
    assert page.run(playing) == [True, False, False, False]
    page.key("ArrowDown", " ")
    page.wait("document.querySelectorAll('audio')[1].currentTime > 0")
    assert page.run(playing) == [False, True, False, False]
    page.key(" ")
    assert page.run(playing) == [False, False, False, False]
    assert page.run("document.querySelector('audio').duration") == 0.5


def test_a_clip_is_compared_with_the_other_of_its_pair(page, tmp_path: Path, corpus, noise, make_finding):
    pair = replace(make_finding("yes/1", "near-duplicates", 0.9), utterances=("yes/0", "yes/1"))
    pair = replace(pair, actions=(Action("drop", "yes/1", sure=False),))
    path = tmp_path / "review.html"
    write_review_page(path, choose_items([pair], corpus.utterances, 9), noise, corpus.labels, "words")
    page.open(path)
    assert "compare yes/0" in page.run("document.querySelector('.other').textContent")
    page.key(" ", "c")
    page.wait("document.querySelector('.other audio').currentTime > 0")
    assert page.run("document.querySelector('.sound audio').paused")


def test_a_clip_that_cannot_be_read_can_still_be_dropped(page, tmp_path: Path, corpus, findings):
    path = tmp_path / "review.html"
    review = choose_items(findings[:1], corpus.utterances, 9)
    assert write_review_page(path, review, lambda _: None, corpus.labels, "words") == 1
    assert "This recording cannot be read." in path.read_text("utf-8")
    page.open(path)
    page.key(" ", "d")
    assert page.count == "1 of 1 decided"


def test_a_long_clip_is_cut_and_says_so(tmp_path: Path, corpus, findings):
    path = tmp_path / "review.html"
    review = choose_items(findings[:1], corpus.utterances, 9)
    write_review_page(path, review, lambda _: (np.zeros(8000 * 25, np.float32), 8000), corpus.labels, "words")
    assert (
        "0.0 to 12.0\N{NO-BREAK SPACE}s of 25.0\N{NO-BREAK SPACE}s · 0 to 4\N{NO-BREAK SPACE}kHz"
        in path.read_text("utf-8")
    )
