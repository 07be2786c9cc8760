from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from unheard.audit.outliers import with_deviation


def deviations(values: list[float | None], kinds: list[str | None], min_scale: float = 1e-9) -> pl.DataFrame:
    frame = pl.DataFrame({"x": values, "kind": kinds}, schema={"x": pl.Float64, "kind": pl.String})
    return with_deviation(frame, "x", "kind", min_scale)


def test_it_is_in_standard_deviations_of_a_normal_distribution() -> None:
    values = np.random.default_rng(0).normal(3.0, 2.0, 20_000)

    found = deviations(values.tolist(), ["a"] * len(values))

    np.testing.assert_allclose(found["deviation"], (values - 3) / 2, atol=0.15)


def test_each_side_of_a_skewed_distribution_has_its_own_scale() -> None:
    values = np.random.default_rng(0).exponential(1.0, 20_000)  # quantile q is -ln(1 - q)

    found = deviations([*values.tolist(), 10.0], ["a"] * 20_001)

    median, high = np.log(2), np.log(10)
    assert found["deviation"][-1] == pytest.approx((10 - median) / ((high - median) / 1.2816), rel=0.03)
    assert found["deviation"].min() > -1.7  # type: ignore[operator]


def test_a_tenth_of_wrong_values_hides_nothing() -> None:
    values = [float(v) for v in np.random.default_rng(0).normal(0, 1, 950)] + [50.0] * 50

    assert deviations(values, ["a"] * 1000)["deviation"].tail(50).min() > 15  # type: ignore[operator]


def test_what_is_constant_has_the_smallest_scale() -> None:
    found = deviations([1.0] * 30 + [2.0, 0.5], ["a"] * 32, min_scale=0.25)

    assert found["deviation"].to_list() == [0.0] * 30 + [4.0, -2.0]


def test_kinds_have_their_own_median_and_rare_ones_that_of_all() -> None:
    found = deviations([1.0] * 20 + [5.0] * 20 + [5.0, 1.0], ["a"] * 20 + ["b"] * 20 + ["rare", None])

    assert found["usual"].to_list() == [1.0] * 20 + [5.0] * 20 + [3.0, 3.0]
    assert found["usual_of"].to_list() == ["a"] * 20 + ["b"] * 20 + [None, None]


def test_nulls_and_few_values_have_no_deviation() -> None:
    assert deviations([1.0] * 19, ["a"] * 19)["deviation"].null_count() == 19
    assert deviations([1.0] * 20 + [None], ["a"] * 21)["deviation"].to_list() == [0.0] * 20 + [None]
