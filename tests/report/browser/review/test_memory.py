"""What was decided earlier comes back: from the browser, and from a file that somebody saved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


def test_the_browser_remembers(page, html: Path):
    page.open(html)
    page.key("r", "d")
    page.open(html)
    assert page.count == "2 of 4 decided"
    assert page.current == "no/2"
    assert page.message == "Your earlier decisions on this page are back."
    assert page.run("document.querySelector('.card').dataset.choice") == "relabel"


def test_a_file_goes_on_where_somebody_stopped(page, html: Path, tmp_path: Path):
    page.open(html)
    rows = [
        {"utterance": "yes/1", "decision": "drop", "label": None, "check": "clipping", "note": "loud"},
        {"utterance": "elsewhere", "decision": "drop", "label": None, "check": "", "note": ""},
    ]
    earlier = tmp_path / "earlier.json"
    earlier.write_text(json.dumps({"format": 1, "corpus": "words", "decisions": rows}))
    page.give_file(earlier)
    page.wait("document.getElementById('message').textContent !== ''")
    assert page.message.startswith(
        "Loaded 2 from earlier.json; 1 of them are about clips that are not on this"
    )
    assert page.count == "1 of 4 decided"
    page.click("#save")
    assert json.loads(page.downloaded().read_text())["decisions"] == rows


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "'bad.json' was not loaded: "),
        ('{"format": 7, "decisions": []}', "it holds no decisions that this page understands"),
        ('{"format": 1, "decisions": [{"utterance": "yes/0", "decision": "burn"}]}', "is no decision"),
        (
            '{"format": 1, "decisions": [{"utterance": "yes/0", "decision": "relabel", "label": "x"}]}',
            'the corpus has no label "x"',
        ),
    ],
)
def test_a_file_that_is_none_is_refused(page, html: Path, tmp_path: Path, text: str, complaint: str):
    page.open(html)
    (tmp_path / "bad.json").write_text(text)
    page.give_file(tmp_path / "bad.json")
    page.wait("document.getElementById('message').textContent !== ''")
    assert complaint in page.message
    assert page.count == "0 of 4 decided"
