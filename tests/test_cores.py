"""Cores that a process may use, and not those of the machine."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from unheard.cores import usable_cores


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system keeps no process to some cores")
def test_a_process_kept_to_one_core_has_one() -> None:
    program = (
        "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])\n"
        "from unheard.cores import usable_cores; print(usable_cores())"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout == "1\n"


def test_where_the_system_does_not_say_all_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert usable_cores() == os.cpu_count()
