"""The page itself: it fits its window, runs no other script, has a size, and says when there is nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from unheard.audit.review import choose_items
from unheard.report.review_page import write_review_page


@pytest.mark.parametrize(("width", "dark"), [(1200, False), (400, True)])
def test_the_page_fits_its_window(page, html: Path, width: int, dark: bool):
    page.show(width, dark=dark)
    page.open(html)
    assert page.run("document.documentElement.scrollWidth <= innerWidth")
    assert page.run(
        "[...document.querySelectorAll('button, select, input:not([hidden])')].every("
        "(one) => one.textContent.trim() || one.getAttribute('aria-label'))"
    )
    lightness = page.run("parseInt(getComputedStyle(document.body).backgroundColor.match(/[0-9]+/)[0])")
    assert (lightness < 128) == dark


def test_nothing_is_fetched_and_no_other_script_would_run(page, html: Path):
    text = html.read_text("utf-8").replace("<main>", "<main><script>document.title = 'changed'</script>")
    html.write_text(text, "utf-8")
    page.open(html)
    assert page.run("document.title") == "Review of words"
    assert any("Content Security Policy" in line for line in page.console)


def test_a_page_has_a_size(tmp_path: Path, corpus, findings, noise):
    path = tmp_path / "review.html"
    review = choose_items(findings, corpus.utterances, 200)
    write_review_page(path, replace(review, items=review.items[:2]), noise, corpus.labels, "words")
    two = path.stat().st_size
    assert write_review_page(path, review, noise, corpus.labels, "words", max_bytes=two) == 2
    assert path.stat().st_size < 1.1 * two
    assert "2 of 4 suspicious clips: the surest of each check." in path.read_text("utf-8")


def test_a_page_without_clips_says_so(tmp_path: Path, corpus, noise):
    path = tmp_path / "review.html"
    review = choose_items([], corpus.utterances, 9)
    assert write_review_page(path, review, noise, corpus.labels, "words") == 0
    assert "Nothing was found that needs a person" in path.read_text("utf-8")
