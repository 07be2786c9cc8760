from __future__ import annotations

import numpy as np
import pytest

from unheard.signal.ascending import median_of, smallest_step


@pytest.mark.parametrize("count", [1, 2, 3, 100, 101])
def test_the_median_is_numpys(count: int) -> None:
    values = np.random.default_rng(count).normal(size=count).astype(np.float32)

    assert median_of(np.sort(values)) == float(np.median(values))


@pytest.mark.parametrize(
    ("values", "expected"),
    [([-1.0, 0.0, 0.0, 0.25, 2.0], 0.25), ([0.5, 0.5, 0.5], None), ([0.5], None), ([], None)],
)
def test_the_smallest_step_is_between_values_that_differ(values: list[float], expected: float | None) -> None:
    assert smallest_step(np.array(values, np.float32)) == expected


def test_the_steps_of_16_bit_samples_are_2_to_the_minus_15() -> None:
    samples = np.random.default_rng(0).integers(-(2**15), 2**15, 20_000) / np.float32(2**15)

    assert smallest_step(np.sort(samples.astype(np.float32))) == 2**-15
