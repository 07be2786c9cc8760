"""The table of latencies on a graph that is already there."""

from __future__ import annotations

import pytest
from latency import Candidate, markdown, measure


def test_a_model_takes_as_long_as_itself(tone_model: bytes) -> None:
    candidates = [Candidate(name, 7, 2_500_000, tone_model) for name in ("first", "again")]
    rows = measure(candidates, num_turns=5)
    assert [row.name for row in rows] == ["first", "again"]
    assert rows[0].ratio == 1.0
    assert rows[0].median_ms > 0
    assert rows[0].file_kib == pytest.approx(len(tone_model) / 1024)
    assert "| 1.00 | 7 | 2.5 M |" in markdown(rows)
