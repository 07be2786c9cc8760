from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from unheard.augment.base import BatchInfo
from unheard.augment.draws import (
    check_not_negative,
    check_positive,
    check_range,
    log_uniform,
    uniform,
    whole_numbers,
)
from unheard.errors import UsageError

MANY = BatchInfo(20000, 1, 16000)


@given(st.floats(-50, 50), st.floats(0, 50), st.integers(0, 2**31))
def test_uniform_stays_in_its_range(low: float, width: float, seed: int) -> None:
    values = uniform(BatchInfo(50, 1, 16000), torch.Generator().manual_seed(seed), low, low + width)
    assert values.min() >= low - 1e-4
    assert values.max() <= low + width + 1e-4


def test_uniform_has_the_mean_and_spread_of_a_uniform_distribution(generator: torch.Generator) -> None:
    values = uniform(MANY, generator, -3.0, 9.0)
    assert values.mean() == pytest.approx(3.0, abs=0.1)
    assert values.std() == pytest.approx(12 / 12**0.5, abs=0.1)


def test_half_of_a_log_uniform_draw_lies_below_the_geometric_mean(generator: torch.Generator) -> None:
    values = log_uniform(MANY, generator, 1.0, 100.0)
    assert (values < 10).float().mean() == pytest.approx(0.5, abs=0.02)


def test_whole_numbers_include_both_ends(generator: torch.Generator) -> None:
    values, counts = whole_numbers(MANY, generator, 3, 5).unique(return_counts=True)
    assert values.tolist() == [3, 4, 5]
    assert counts.min() > 6300


def test_swapped_ends_are_refused_with_both_numbers() -> None:
    with pytest.raises(UsageError, match=r"noise: min_snr_db is 20 and max_snr_db is 5"):
        check_range("noise", "snr_db", 20, 5)


def test_zero_is_not_positive() -> None:
    with pytest.raises(UsageError, match="mixup: alpha is 0; it must be above 0"):
        check_positive("mixup", "alpha", 0)


def test_zero_is_not_negative_and_less_is() -> None:
    check_not_negative("cutout", "num_holes", 0)
    with pytest.raises(UsageError, match="cutout: num_holes is -1; it must be 0 or more"):
        check_not_negative("cutout", "num_holes", -1)
