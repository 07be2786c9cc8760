"""Pages that a process asks the system for, counted by the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from unheard.train import memory

COUNT = """
import resource, sys
import numpy as np
from unheard.train.memory import keep_freed_memory

said = keep_freed_memory() if sys.argv[1] == "keep" else None
for turn in range(6):
    if turn == 1:  # the first turn fetches
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(48 << 20, np.uint8)
print(said, resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def fetched_pages(how: str, **environment: str) -> tuple[str, int]:
    done = subprocess.run(
        [sys.executable, "-c", COUNT, how], env=environment, capture_output=True, text=True, check=True
    )
    said, pages = done.stdout.split()
    return said, int(pages)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="malloc of glibc is what is told")
def test_what_was_freed_is_used_again() -> None:
    _, anew = fetched_pages("as it is")
    said, kept = fetched_pages("keep")
    assert said == "True"
    assert kept < anew / 10


def test_where_so_much_is_refused_it_is_what_is_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[int, int] = {}

    class Strict:
        """A malloc that keeps to mallopt(3); those at hand take more."""

        def mallopt(self, which: int, size: int) -> int:
            if which == -3 and size > 32 << 20:
                return 0
            told[which] = size
            return 1

    monkeypatch.setattr(memory.ctypes, "CDLL", lambda _: Strict())
    monkeypatch.setattr(memory.os, "environ", {})
    assert memory.keep_freed_memory()
    assert told == {-3: 32 << 20, -1: 1 << 30}


def test_what_the_environment_says_of_malloc_counts() -> None:
    assert fetched_pages("keep", MALLOC_TRIM_THRESHOLD_="131072")[0] == "False"
