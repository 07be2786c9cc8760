from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from unheard.augment.base import BatchInfo
from unheard.augment.time_shift import TimeShift, shifted
from unheard.errors import UsageError


def test_a_clip_moves_later_or_earlier_and_zeros_come_in() -> None:
    clip = torch.tensor([1.0, 2.0, 3.0, 4.0])
    moved = shifted(clip.repeat(5, 1), torch.tensor([0, 1, -1, 3, -9]))
    assert moved.tolist() == [[1, 2, 3, 4], [0, 1, 2, 3], [2, 3, 4, 0], [0, 0, 0, 1], [0, 0, 0, 0]]


@given(st.lists(st.integers(-12, 12), min_size=1, max_size=4), st.integers(1, 10))
def test_shifting_agrees_with_slicing(shifts: list[int], num_samples: int) -> None:
    clips = torch.arange(1.0, num_samples + 1).repeat(len(shifts), 1)
    for row, shift in zip(shifted(clips, torch.tensor(shifts)), shifts, strict=True):
        padded = [0.0] * 20 + clips[0].tolist() + [0.0] * 20
        assert row.tolist() == padded[20 - shift : 20 - shift + num_samples]


def test_100_ms_are_1600_samples_at_16_khz(generator: torch.Generator) -> None:
    shift = TimeShift(max_shift_ms=100).draw(BatchInfo(20000, 16000, 16000), generator)["shift_samples"]
    assert shift.min() == -1600
    assert shift.max() == 1600


def test_a_negative_shift_is_refused() -> None:
    with pytest.raises(UsageError, match=r"max_shift_ms is -1; it must be 0 or more"):
        TimeShift(max_shift_ms=-1)
