"""Pages that a process asks the system for, counted by the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

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


def test_what_the_environment_says_of_malloc_counts() -> None:
    assert fetched_pages("keep", MALLOC_TRIM_THRESHOLD_="131072")[0] == "False"
