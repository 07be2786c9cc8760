"""A file is whole or not there, whatever happens while it is written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from unheard.errors import UsageError
from unheard.files import exchanged, remove_left_behind, replacing, sole_writer, write_json, write_text


def test_text_comes_back_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    write_text(tmp_path / "deep" / "note.txt", "größer\nals 20 dB\n")
    assert (tmp_path / "deep" / "note.txt").read_bytes() == "größer\nals 20 dB\n".encode()
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["note.txt"]


def test_a_file_is_replaced_only_by_a_whole_one(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("old")

    def fail() -> None:
        with replacing(path) as partial:
            partial.write_text("half of the n")
            assert path.read_text() == "old"
            raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        fail()
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["note.txt"]


def test_what_failed_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        write_json(tmp_path / "odd.json", {"value": object()})
    assert list(tmp_path.iterdir()) == []


def test_json_is_readable_for_people_and_machines(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    write_json(path, {"word": "ja", "naïve": [1, 2.5, None]})
    assert json.loads(path.read_text("utf-8")) == {"word": "ja", "naïve": [1, 2.5, None]}
    assert path.read_text("utf-8").startswith('{\n  "word": "ja",\n  "naïve": [')


def test_only_what_nobody_writes_any_more_is_removed(tmp_path: Path) -> None:
    old, new, other = tmp_path / "deep" / ".a.flac.7.part", tmp_path / ".b.flac.8.part", tmp_path / "c.part"
    for path in (old, new, other):
        path.parent.mkdir(exist_ok=True)
        path.write_text("half")
    for path in (old, other):
        os.utime(path, (time.time() - 7200,) * 2)
    remove_left_behind(tmp_path)
    assert [path.exists() for path in (old, new, other)] == [False, True, True]


def test_two_folders_change_names_or_nothing_is_done(tmp_path: Path) -> None:
    for name in ("old", "new"):
        write_text(tmp_path / name / "content", name)
    done = exchanged(tmp_path / "old", tmp_path / "new")
    assert (tmp_path / "old" / "content").read_text() == ("new" if done else "old")
    assert (tmp_path / "new" / "content").read_text() == ("old" if done else "new")
    assert not exchanged(tmp_path / "old", tmp_path / "nothing")
    assert (tmp_path / "old").is_dir()


@pytest.mark.skipif(sys.platform == "win32", reason="files are not locked there")
def test_a_second_process_is_kept_out_until_the_first_has_ended(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text("{}")
    program = (
        "import sys; from pathlib import Path; from unheard.files import sole_writer\n"
        "with sole_writer(Path(sys.argv[1])): print('mine', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "mine\n"
        with pytest.raises(UsageError, match="Another process is at work"), sole_writer(path):
            pass
        other.kill()
    with sole_writer(path):
        pass
    with sole_writer(path):
        pass
