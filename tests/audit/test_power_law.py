"""The fit finds known laws, and scipy's curve_fit agrees with it on noisy ones."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import curve_fit

from unheard.audit.power_law import PowerLaw, fit_power_law

SIZES = np.geomspace(10, 1000, 8)
WEIGHTS = np.ones(8)


@pytest.mark.parametrize(("floor", "scale", "power"), [(0.05, 1.0, 0.5), (0.0, 0.8, 0.3), (0.1, 3.0, 0.9)])
def test_a_known_law_is_found(floor: float, scale: float, power: float) -> None:
    found = fit_power_law(SIZES, floor + scale * SIZES**-power, WEIGHTS)
    assert (float(found.floor), float(found.scale), float(found.power)) == pytest.approx(
        (floor, scale, power), abs=0.02
    )
    assert float(found.error(4000.0)) == pytest.approx(floor + scale * 4000**-power, abs=1e-3)


def test_scipy_finds_the_same_error_of_more_data() -> None:
    random = np.random.default_rng(5)
    for _ in range(10):
        errors = 0.05 + SIZES**-0.5 + random.normal(0, 0.003, 8)
        known, _ = curve_fit(
            lambda size, floor, scale, power: floor + scale * size**-power,
            SIZES,
            errors,
            p0=(0.05, 1, 0.5),
            bounds=([0, 0, 0.05], [1, 10, 1.5]),
        )
        expected = known[0] + known[1] * 2000 ** -known[2]
        assert float(fit_power_law(SIZES, errors, WEIGHTS).error(2000.0)) == pytest.approx(expected, abs=1e-3)


def test_many_curves_are_fitted_at_once() -> None:
    curves = np.stack([0.05 + SIZES**-0.5, 0.1 + 2 * SIZES**-0.8])
    together = fit_power_law(SIZES, curves, WEIGHTS)
    alone = [fit_power_law(SIZES, curve, WEIGHTS) for curve in curves]
    np.testing.assert_allclose(together.error(500.0), [float(law.error(500.0)) for law in alone])
    assert together.error(SIZES).shape == (2, 8)


def test_floor_and_scale_are_never_negative() -> None:
    rising, steep = np.linspace(0.1, 0.2, 8), np.linspace(0.4, 0.001, 8)
    found = fit_power_law(SIZES, np.stack([rising, steep]), WEIGHTS)
    assert (found.floor >= 0).all()
    assert (found.scale >= 0).all()


def test_the_size_from_which_doubling_stops_paying() -> None:
    law = PowerLaw(np.array(0.05), np.array(1.0), np.array(0.5))
    size = float(law.size_of_gain(0.005))
    assert float(law.gain_of_doubling(size)) == pytest.approx(0.005)
    assert float(law.gain_of_doubling(2 * size)) < 0.005


def test_where_nothing_is_gained_it_never_pays() -> None:
    assert float(PowerLaw(np.array(0.1), np.array(0.0), np.array(0.5)).size_of_gain(0.005)) == 0
