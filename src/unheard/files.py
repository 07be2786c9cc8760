"""Files that are whole or not there."""

from __future__ import annotations

import ctypes
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from unheard.errors import UsageError

LEFT_BEHIND_S = 3600.0  # a partial file that old is of no one who still writes


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; renamed to `path` at the end, deleted when writing fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def exchanged(first: Path, second: Path) -> bool:
    """Let two files or folders on one disk change names, in one step: at no time is either missing.

    False, with nothing done, where the system can't (`renameat2(2)` is of Linux, and not of every disk).
    """
    rename = getattr(ctypes.CDLL(None), "renameat2", None) if os.name == "posix" else None
    if rename is None:
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return bool(rename(here, os.fsencode(first), here, os.fsencode(second), exchange) == 0)


@contextmanager
def sole_writer(path: Path) -> Iterator[None]:
    """While it lasts, nobody else who asks for the same existing file gets it; the system lets go of it when
    the process ends, however it ends. Where files can't be locked (Windows, some network disks) nobody is
    kept out.

    Raises: UsageError where another process has it.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(
                f"Another process is at work in '{path.parent}'. Wait for it to end, or end it."
            ) from None
        except OSError:
            pass
        yield


def remove_left_behind(folder: Path) -> None:
    """Delete what killed writers left under a folder, and nothing that another may be writing now."""
    for partial in folder.rglob(".*.part"):
        with suppress(FileNotFoundError):
            if time.time() - partial.stat().st_mtime > LEFT_BEHIND_S:
                partial.unlink()


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8."""
    with replacing(path) as partial:
        partial.write_text(text, "utf-8")


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Write a JSON document, readable for people."""
    write_text(path, json.dumps(document, indent=2, ensure_ascii=False) + "\n")
