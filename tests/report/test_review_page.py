"""The review page in a real browser: keys, buttons, memory, files; what it saves is what a repair reads."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
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
