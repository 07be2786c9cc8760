"""A chunk keeps its name until a file, a span, or the code changes."""

from __future__ import annotations

import os
from pathlib import Path

from unheard.audit.chunk_key import chunk_key


def test_the_same_spans_of_the_same_files_have_one_name(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"abc")
    assert chunk_key([(path, 0.0, 1.0)], "1") == chunk_key([(path, 0.0, 1.0)], "1")
    assert chunk_key([(b"abc", 0.0, 1.0)], "1") == chunk_key([(b"abc", 0.0, 1.0)], "1")


def test_whatever_changes_gives_another_name(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"abc")
    names = [chunk_key([(path, 0.0, 1.0)], "1"), chunk_key([(path, 0.0, 1.0)], "2")]
    names += [chunk_key([(path, 0.5, 1.0)], "1"), chunk_key([(path, 0.0, 0.5)], "1")]
    names += [chunk_key([(b"abc", 0.0, 1.0)], "1"), chunk_key([(b"abd", 0.0, 1.0)], "1")]
    stat = path.stat()
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    names.append(chunk_key([(path, 0.0, 1.0)], "1"))
    path.write_bytes(b"abcd")
    names.append(chunk_key([(path, 0.0, 1.0)], "1"))
    path.unlink()
    names.append(chunk_key([(path, 0.0, 1.0)], "1"))
    assert len(set(names)) == len(names)
