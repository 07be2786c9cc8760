"""A local server that sends parts, breaks off, or sends something else."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from unheard.errors import BundleError
from unheard.models.download import download

CONTENT = np.random.default_rng(0).bytes(300_000)


@dataclass
class Behaviour:
    """What the server does, and what it was asked for."""

    content: bytes = CONTENT
    break_after: int | None = None  # bytes, on the first request
    sends_parts: bool = True
    ranges: list[str | None] = field(default_factory=list)


@pytest.fixture
def behaviour() -> Behaviour:
    return Behaviour()


@pytest.fixture
def url(behaviour: Behaviour) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers["Range"]
            behaviour.ranges.append(wanted)
            if self.path != "/weights":
                self.send_error(404)
                return
            begin = int(wanted[6:-1]) if wanted and behaviour.sends_parts else 0
            if begin >= len(behaviour.content):
                self.send_error(416)
                return
            part = behaviour.content[begin:]
            self.send_response(206 if begin else 200)
            self.send_header("Content-Length", str(len(part)))
            self.end_headers()
            breaks = behaviour.break_after if len(behaviour.ranges) == 1 else None
            self.wfile.write(part[:breaks])

        def log_message(self, format: str, *values: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/weights"
    server.shutdown()
    thread.join()
    server.server_close()


def expecting(content: bytes) -> Callable[[Path], None]:
    wanted = hashlib.sha256(content).hexdigest()

    def check(path: Path) -> None:
        if hashlib.sha256(path.read_bytes()).hexdigest() != wanted:
            raise BundleError("another file")

    return check


def test_a_file_arrives_whole(url: str, tmp_path: Path) -> None:
    download(url, tmp_path / "new" / "weights", expecting(CONTENT))
    assert (tmp_path / "new" / "weights").read_bytes() == CONTENT
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["weights"]


def test_a_broken_download_goes_on_where_it_broke(url: str, behaviour: Behaviour, tmp_path: Path) -> None:
    behaviour.break_after = 120_000
    with pytest.raises(BundleError, match=r"180000 bytes before the end\. What came is kept"):
        download(url, tmp_path / "weights", expecting(CONTENT))
    assert not (tmp_path / "weights").exists()
    download(url, tmp_path / "weights", expecting(CONTENT))
    assert behaviour.ranges == [None, "bytes=120000-"]
    assert (tmp_path / "weights").read_bytes() == CONTENT


def test_a_server_without_parts_sends_all_again(url: str, behaviour: Behaviour, tmp_path: Path) -> None:
    behaviour.break_after, behaviour.sends_parts = 120_000, False
    with pytest.raises(BundleError, match="can't be fetched"):
        download(url, tmp_path / "weights", expecting(CONTENT))
    download(url, tmp_path / "weights", expecting(CONTENT))
    assert (tmp_path / "weights").read_bytes() == CONTENT


def test_another_hash_is_refused_and_nothing_stays(url: str, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="another file"):
        download(url, tmp_path / "weights", expecting(b"what was wanted"))
    assert list(tmp_path.iterdir()) == []


def test_the_rest_of_another_file_is_not_taken_for_the_rest(
    url: str, behaviour: Behaviour, tmp_path: Path
) -> None:
    """A new version was published between the two tries."""
    (tmp_path / ".part-weights").write_bytes(b"old" * 10_000)
    download(url, tmp_path / "weights", expecting(CONTENT))
    assert behaviour.ranges == ["bytes=30000-", None]
    assert (tmp_path / "weights").read_bytes() == CONTENT


def test_a_download_that_was_complete_is_taken(url: str, behaviour: Behaviour, tmp_path: Path) -> None:
    """Killed between the last byte and the new name."""
    (tmp_path / ".part-weights").write_bytes(CONTENT)
    download(url, tmp_path / "weights", expecting(CONTENT))
    assert (tmp_path / "weights").read_bytes() == CONTENT


def test_no_file_and_no_server_say_so(url: str, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="answers 404 Not Found"):
        download(url.replace("weights", "none"), tmp_path / "weights", expecting(CONTENT))
    with pytest.raises(BundleError, match=r"can't be fetched: .*refused"):
        download("http://127.0.0.1:9/weights", tmp_path / "weights", expecting(CONTENT))
