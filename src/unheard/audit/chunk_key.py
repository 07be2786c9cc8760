"""By what a chunk of utterances is known in the cache: its files and spans, and the code that measured."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

Job = tuple[Path | bytes, float, float]  # what `read_audio` takes: source, start and duration in seconds


def chunk_key(jobs: Sequence[Job], code: str) -> str:
    """A name for what `code` makes of these spans; another as soon as a file has changed."""
    digest = hashlib.sha256(code.encode())
    for source, start_s, duration_s in jobs:
        digest.update(f"{_state(source)} {start_s} {duration_s}\n".encode())
    return digest.hexdigest()[:32]


def _state(source: Path | bytes) -> str:
    """What changes when a recording does."""
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    try:
        stat = source.stat()
    except OSError:
        return f"{source} missing"
    return f"{source} {stat.st_size} {stat.st_mtime_ns}"
