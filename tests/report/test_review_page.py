"""The review page in a real browser: keys, buttons, memory, files; what it saves is what a repair reads."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import websocket
from numpy.typing import NDArray

from unheard.audit.decisions import read_decisions
from unheard.audit.finding import Action, Finding
from unheard.audit.repair import repair_corpus
from unheard.audit.review import choose_items
from unheard.corpus.table import Corpus
from unheard.report.review_page import write_review_page

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--autoplay-policy=no-user-gesture-required",
    "--remote-debugging-port=0",
)
HOSTILE = "<script>alert('x')</script>\"'&"
KEY_CODES = {" ": 32, "ArrowDown": 40, "ArrowUp": 38, "Escape": 27, "Tab": 9, "Enter": 13}


class Page:
    """A page of a running browser, over the Chrome DevTools protocol."""

    def __init__(self, address: str, downloads: Path) -> None:
        self._socket = websocket.create_connection(address, suppress_origin=True, timeout=60)
        self._numbers = itertools.count(1)
        self.downloads = downloads
        self.console: list[str] = []
        for domain in ("Page", "Runtime", "Log", "DOM"):
            self.send(f"{domain}.enable")
        self.send("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads))

    def send(self, method: str, **values: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": values}))
        while True:
            said = json.loads(self._socket.recv())
            if said.get("method") in (
                "Log.entryAdded",
                "Runtime.exceptionThrown",
                "Runtime.consoleAPICalled",
            ):
                self.console.append(json.dumps(said["params"]))
            if said.get("id") == number:
                assert "error" not in said, said
                return dict(said["result"])

    def open(self, path: Path) -> None:
        self.send("Page.navigate", url=path.as_uri())
        self.wait("document.readyState === 'complete'")

    def run(self, code: str) -> Any:
        done = self.send("Runtime.evaluate", expression=code, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def wait(self, condition: str) -> None:
        end = time.monotonic() + 20
        while not self.run(condition):
            assert time.monotonic() < end, condition
            time.sleep(0.02)

    def key(self, *keys: str) -> None:
        for key in keys:
            code = KEY_CODES.get(key, ord(key[0].upper()))
            text = {"text": key} if len(key) == 1 else {}
            values = {"key": key, "windowsVirtualKeyCode": code}
            self.send("Input.dispatchKeyEvent", type="keyDown", **values, **text)
            self.send("Input.dispatchKeyEvent", type="keyUp", **values)

    def click(self, selector: str) -> None:
        self.run(f"document.querySelector({selector!r}).scrollIntoView({{block: 'center'}})")
        x, y = self.run(
            f"(() => {{ const box = document.querySelector({selector!r}).getBoundingClientRect();"
            "return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def give_file(self, path: Path) -> None:
        found = self.send("Runtime.evaluate", expression="document.getElementById('file')")
        self.send("DOM.setFileInputFiles", files=[str(path)], objectId=found["result"]["objectId"])

    def downloaded(self, name: str = "decisions.json") -> Path:
        end = time.monotonic() + 20
        while not (self.downloads / name).exists():
            assert time.monotonic() < end, list(self.downloads.iterdir())
            time.sleep(0.05)
        return self.downloads / name

    @property
    def count(self) -> str:
        return str(self.run("document.getElementById('count').textContent"))

    @property
    def message(self) -> str:
        return str(self.run("document.getElementById('message').textContent"))

    @property
    def current(self) -> str:
        return str(self.run("document.querySelector('[aria-current]').dataset.utterance"))

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Address and download folder of the one tab of a running browser."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser to open the page in; looked for {', '.join(BROWSERS)}")
    folder = tmp_path_factory.mktemp("browser")
    (folder / "downloads").mkdir()
    command = [found, *QUIET, f"--user-data-dir={folder / 'profile'}", "about:blank"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = next(line for line in process.stderr if "DevTools listening on" in line)
        port = line.rsplit(":", 1)[1].split("/")[0]
        yield f"http://127.0.0.1:{port}", folder / "downloads"
        process.terminate()
        process.stderr.read()


@pytest.fixture
def page(browser: tuple[str, Path]) -> Iterator[Page]:
    import urllib.request

    address, downloads = browser
    for old in downloads.iterdir():
        old.unlink()
    request = urllib.request.Request(f"{address}/json/new?about:blank", method="PUT")
    with urllib.request.urlopen(request, timeout=30) as answer:
        tab = json.load(answer)
    opened = Page(tab["webSocketDebuggerUrl"], downloads)
    yield opened
    opened.send("Page.close")
    opened.close()


def make_corpus(names: list[str], labels: list[str]) -> Corpus:
    table = pl.DataFrame({"id": names, "label": labels, "path": [f"/{n}.wav" for n in range(len(names))]})
    return Corpus(
        table.with_columns(speaker=pl.lit("s1"), split=pl.lit("train"), duration_s=0.5, sample_rate=8000)
    )


def finding(name: str, check: str, confidence: float, action: Action | None = None) -> Finding:
    return Finding(
        check=check,
        severity="warning",
        subject=f"utterance {name}",
        message=f"What {check} says.",
        evidence={},
        remedy="Listen.",
        confidence=confidence,
        utterances=(name,),
        actions=(action,) if action else (),
    )


NAMES = ["yes/0", "yes/1", "no/2", "no/3"]
CORPUS = make_corpus(NAMES, ["yes", "yes", "no", "no"])
FINDINGS = [
    finding("yes/0", "labels", 0.9, Action("relabel", "yes/0", sure=False, label="no")),
    finding("yes/1", "clipping", 0.8),
    finding("no/2", "clipping", 0.7),
    finding("no/2", "silence", 0.6),
    finding("no/3", "silence", 0.5, Action("drop", "no/3", sure=False)),
]


def noise(name: str) -> tuple[NDArray[np.float32], int]:
    return np.random.default_rng(len(name)).uniform(-0.1, 0.1, 4000).astype(np.float32), 8000


@pytest.fixture
def html(tmp_path: Path) -> Path:
    path = tmp_path / "review.html"
    review = choose_items(FINDINGS, CORPUS.utterances, 200)
    assert write_review_page(path, review, noise, CORPUS.labels, "words") == 4
    return path


def test_keys_decide_and_what_is_saved_is_carried_out(page: Page, html: Path) -> None:
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
    decisions = read_decisions([saved], CORPUS)
    repair = repair_corpus(CORPUS, FINDINGS, decisions)
    assert repair.changes.select("utterance", "change", "after").rows() == [
        ("yes/0", "relabel", "no"),
        ("no/3", "drop", None),
    ]
    assert not repair.for_review
    assert page.console == []


def test_buttons_lists_and_notes_do_the_same(page: Page, html: Path) -> None:
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
    found = read_decisions([page.downloaded()], CORPUS).of
    assert [(row.utterance, row.decision, row.label, row.note) for row in found.values()] == [
        ("yes/1", "drop", None, "a door"),
        ("no/2", "relabel", "yes", ""),
    ]


def test_keys_do_not_act_while_somebody_writes(page: Page, html: Path) -> None:
    page.open(html)
    page.run("document.querySelector('.card input').focus()")
    page.key("k", "d", "r", " ")
    assert page.run("document.querySelector('.card input').value") == "kdr "
    assert page.count == "0 of 4 decided"
    page.key("Escape", "k")
    assert page.count == "1 of 4 decided"


def test_the_same_key_again_takes_a_decision_back(page: Page, html: Path) -> None:
    page.open(html)
    page.key("k", "ArrowUp")
    assert page.current == "yes/0"
    page.key("k")
    assert page.count == "0 of 4 decided"
    assert page.run("document.getElementById('save').disabled")


def test_space_plays_one_clip_at_a_time(page: Page, html: Path) -> None:
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


def test_a_clip_is_compared_with_the_other_of_its_pair(page: Page, tmp_path: Path) -> None:
    pair = replace(finding("yes/1", "near-duplicates", 0.9), utterances=("yes/0", "yes/1"))
    pair = replace(pair, actions=(Action("drop", "yes/1", sure=False),))
    path = tmp_path / "review.html"
    write_review_page(path, choose_items([pair], CORPUS.utterances, 9), noise, CORPUS.labels, "words")
    page.open(path)
    assert "compare yes/0" in page.run("document.querySelector('.other').textContent")
    page.key(" ", "c")
    page.wait("document.querySelector('.other audio').currentTime > 0")
    assert page.run("document.querySelector('.sound audio').paused")


def test_the_browser_remembers(page: Page, html: Path) -> None:
    page.open(html)
    page.key("r", "d")
    page.open(html)
    assert page.count == "2 of 4 decided"
    assert page.current == "no/2"
    assert page.message == "Your earlier decisions on this page are back."
    assert page.run("document.querySelector('.card').dataset.choice") == "relabel"


def test_a_file_goes_on_where_somebody_stopped(page: Page, html: Path, tmp_path: Path) -> None:
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
def test_a_file_that_is_none_is_refused(
    page: Page, html: Path, tmp_path: Path, text: str, complaint: str
) -> None:
    page.open(html)
    (tmp_path / "bad.json").write_text(text)
    page.give_file(tmp_path / "bad.json")
    page.wait("document.getElementById('message').textContent !== ''")
    assert complaint in page.message
    assert page.count == "0 of 4 decided"


def test_clips_of_one_check_can_be_gone_through(page: Page, html: Path) -> None:
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


def test_names_cannot_break_out_of_the_page(page: Page, tmp_path: Path) -> None:
    names, labels = [HOSTILE, f"{HOSTILE}2"], [f"{HOSTILE}yes", "no"]
    corpus = make_corpus(names, labels)
    found = [
        finding(names[0], HOSTILE, 0.9, Action("relabel", names[0], sure=False, label="no")),
        finding(names[1], "clipping", 0.8),
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


@pytest.mark.parametrize(("width", "dark"), [(1200, False), (400, True)])
def test_the_page_fits_its_window(page: Page, html: Path, width: int, dark: bool) -> None:
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    page.send("Emulation.setEmulatedMedia", features=[scheme])
    page.send(
        "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False
    )
    page.open(html)
    assert page.run("document.documentElement.scrollWidth <= innerWidth")
    assert page.run(
        "[...document.querySelectorAll('button, select, input:not([hidden])')].every("
        "(one) => one.textContent.trim() || one.getAttribute('aria-label'))"
    )
    lightness = page.run("parseInt(getComputedStyle(document.body).backgroundColor.match(/[0-9]+/)[0])")
    assert (lightness < 128) == dark


def test_nothing_is_fetched_and_no_other_script_would_run(page: Page, html: Path) -> None:
    text = html.read_text("utf-8").replace("<main>", "<main><script>document.title = 'changed'</script>")
    html.write_text(text, "utf-8")
    page.open(html)
    assert page.run("document.title") == "Review of words"
    assert any("Content Security Policy" in line for line in page.console)


def test_a_clip_that_cannot_be_read_can_still_be_dropped(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "review.html"
    review = choose_items(FINDINGS[:1], CORPUS.utterances, 9)
    assert write_review_page(path, review, lambda _: None, CORPUS.labels, "words") == 1
    assert "This recording cannot be read." in path.read_text("utf-8")
    page.open(path)
    page.key(" ", "d")
    assert page.count == "1 of 1 decided"


def test_a_page_has_a_size(tmp_path: Path) -> None:
    path = tmp_path / "review.html"
    review = choose_items(FINDINGS, CORPUS.utterances, 200)
    write_review_page(path, replace(review, items=review.items[:2]), noise, CORPUS.labels, "words")
    two = path.stat().st_size
    assert write_review_page(path, review, noise, CORPUS.labels, "words", max_bytes=two) == 2
    assert path.stat().st_size < 1.1 * two
    assert "2 of 4 suspicious clips: the surest of each check." in path.read_text("utf-8")


def test_a_long_clip_is_cut_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "review.html"
    review = choose_items(FINDINGS[:1], CORPUS.utterances, 9)
    write_review_page(path, review, lambda _: (np.zeros(8000 * 25, np.float32), 8000), CORPUS.labels, "words")
    assert (
        "0.0 to 12.0\N{NO-BREAK SPACE}s of 25.0\N{NO-BREAK SPACE}s · 0 to 4\N{NO-BREAK SPACE}kHz"
        in path.read_text("utf-8")
    )


def test_a_page_without_clips_says_so(tmp_path: Path) -> None:
    path = tmp_path / "review.html"
    review = choose_items([], CORPUS.utterances, 9)
    assert write_review_page(path, review, noise, CORPUS.labels, "words") == 0
    assert "Nothing was found that needs a person" in path.read_text("utf-8")
