from __future__ import annotations

import numpy as np
import pytest
import torch

from unheard.augment.base import BatchInfo, Params
from unheard.augment.microphone import Microphone
from unheard.errors import UsageError


def _click() -> torch.Tensor:
    click = torch.zeros(1, 16000)
    click[0, 8000] = 1
    return click


def _measured_db(transform: Microphone, params: Params, hz: np.ndarray) -> np.ndarray:
    """Gain at each frequency, from the spectrum of what becomes of a click."""
    response = np.abs(np.fft.rfft(transform.apply(_click(), params)[0].numpy()))
    return np.interp(hz, np.fft.rfftfreq(16000, 1 / 16000), 20 * np.log10(response))


def _params(gain_db: list[float], *, bandwidth_hz: float | None = None) -> Params:
    return {
        "applies": torch.tensor([True]),
        "gain_db": torch.tensor([gain_db]),
        "limits_bandwidth": torch.tensor([bandwidth_hz is not None]),
        "bandwidth_hz": torch.tensor([bandwidth_hz or 1.0]),
        "slope_db": torch.tensor([24.0]),
        "sample_rate": torch.tensor(16000),
    }


def test_the_gain_runs_straight_in_db_between_knots_even_in_octaves() -> None:
    gain_db = [0.0, 6.0, -6.0, 3.0, 0.0]
    knots_hz = 60 * (8000 / 60) ** np.linspace(0, 1, 5)
    hz = np.geomspace(200, 7000, 50)
    expected = np.interp(np.log(hz), np.log(knots_hz), gain_db)
    np.testing.assert_allclose(
        _measured_db(Microphone(num_knots=5), _params(gain_db), hz), expected, atol=0.3
    )


def test_the_band_ends_where_it_was_drawn() -> None:
    params = _params([0.0] * 8, bandwidth_hz=3000.0)
    measured = _measured_db(Microphone(), params, np.array([500.0, 3000.0, 6000.0]))
    np.testing.assert_allclose(measured, [0, -3.01, -24.1], atol=0.3)


def test_the_response_is_flat_where_all_gains_are_equal() -> None:
    changed = Microphone().apply(_click(), _params([-6.0] * 8))
    torch.testing.assert_close(changed, _click() * 0.5011872, atol=1e-5, rtol=0)


def test_draws_keep_within_their_ranges(generator: torch.Generator) -> None:
    params = Microphone(max_gain_db=8, bandwidth_p=0.25).draw(BatchInfo(5000, 1, 16000), generator)
    assert params["gain_db"].shape == (5000, 8)
    assert params["gain_db"].abs().max() <= 8
    assert params["limits_bandwidth"].float().mean() == pytest.approx(0.25, abs=0.025)


def test_one_knot_is_no_curve() -> None:
    with pytest.raises(UsageError, match="num_knots is 1; it takes at least 2"):
        Microphone(num_knots=1)
