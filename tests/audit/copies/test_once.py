"""Shared work is done once for a material, and is not kept for another."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from unheard.audit.check import Material
from unheard.audit.once import once
from unheard.corpus.table import Corpus


def test_work_is_done_once_for_each_material() -> None:
    calls: list[int] = []

    @once
    def count_calls(material: Material) -> int:
        calls.append(material.seed)
        return 10 * material.seed

    frame = pl.DataFrame({"id": ["a"], "path": ["/a.wav"], "duration_s": [1.0], "sample_rate": [8000]})
    first = Material(Corpus(frame), frame, seed=1)
    second = replace(first, seed=2)
    assert [count_calls(first), count_calls(first), count_calls(second)] == [10, 10, 20]
    assert calls == [1, 2]
