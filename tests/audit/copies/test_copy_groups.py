"""Which of several copies stays."""

from __future__ import annotations

import numpy as np
import polars as pl

from unheard.audit.copy_groups import CopyGroup, are_equal, copy_groups, names

FRAME = pl.DataFrame(
    {
        "id": ["e", "d", "c", "b", "a", "f"],
        "split": ["train", "test", "validation", "test", None, "train"],
        "duration_s": [1.0, 1.0, 3.0, 1.0, 1.0, 2.0],
        "label": ["x", "x", "x", None, None, "y"],
    }
)


def test_what_is_held_out_stays_before_what_is_long_before_what_is_first() -> None:
    assert copy_groups(FRAME, np.array([1, 1, 1, 1, 2, 2])) == [
        CopyGroup(kept=3, others=(0, 1, 2)),  # test before validation; "b" before "d"
        CopyGroup(kept=5, others=(4,)),  # the longer one
    ]


def test_what_is_alone_is_no_group() -> None:
    assert copy_groups(FRAME, np.arange(6)) == []


def test_names_and_equality_of_rows() -> None:
    assert names(FRAME, (3, 0)) == ("b", "e")
    assert are_equal(FRAME, (0, 1), ["label", "duration_s"])
    assert not are_equal(FRAME, (0, 1), ["label", "split"])
    assert are_equal(FRAME, (3, 4), ["label"])
    assert not are_equal(FRAME, (1, 3), ["label"])  # nothing and a value
