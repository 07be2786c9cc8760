from __future__ import annotations

import pytest
import torch

from unheard.augment.base import BatchInfo
from unheard.augment.gain import Gain
from unheard.errors import UsageError


def test_minus_6_db_turns_1_into_half() -> None:
    params = {"applies": torch.tensor([True]), "gain_db": torch.tensor([-6.0])}
    changed = Gain().apply(torch.ones(1, 3), params)
    torch.testing.assert_close(changed, torch.full((1, 3), 0.5011872))


def test_gains_are_drawn_in_their_range(generator: torch.Generator) -> None:
    gain_db = Gain(min_gain_db=-30, max_gain_db=-10).draw(BatchInfo(1000, 1, 16000), generator)["gain_db"]
    assert -30 <= gain_db.min() < -29.5
    assert -10.5 < gain_db.max() <= -10


def test_a_range_with_swapped_ends_is_refused() -> None:
    with pytest.raises(UsageError, match=r"gain: min_gain_db is 6\.0 and max_gain_db is -6\.0"):
        Gain(min_gain_db=6.0, max_gain_db=-6.0)
