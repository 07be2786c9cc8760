"""A filter that is known comes out of the response: SciPy's own, and a shift by part of a sample."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal

from unheard.diagnose.path.resampling import snr_db
from unheard.diagnose.path.response import (
    band_edges_hz,
    filtered_like,
    largest_deviation,
    measure_response,
    usual_gain_db,
)

NOISE = np.random.default_rng(0).standard_normal(64_000)


def test_gain_and_edges_are_those_of_a_band_pass() -> None:
    taps = 0.5 * scipy.signal.firwin(401, [500, 3000], fs=16_000, pass_zero=False)
    other = scipy.signal.fftconvolve(NOISE, taps)[200 : 200 + len(NOISE)]
    response = measure_response(NOISE, other, 16_000)
    assert usual_gain_db(response) == pytest.approx(20 * np.log10(0.5), abs=0.1)
    assert band_edges_hz(response, usual_gain_db(response)) == pytest.approx((500, 3000), abs=70)


def test_the_largest_deviation_is_where_a_filter_is_weakest() -> None:
    taps = [0.5, 0.5]  # cos(pi f / rate): -3 dB at a quarter of the rate, and half a sample late
    response = measure_response(NOISE, scipy.signal.lfilter(taps, [1], NOISE), 16_000)
    deviation_db, hz = largest_deviation(response, 0.0, 4001)
    assert deviation_db == pytest.approx(20 * np.log10(np.cos(np.pi * hz / 16_000)), abs=0.2)
    assert hz > 3900
    assert response.delay_samples == pytest.approx(0.5, abs=0.01)


def test_a_short_filter_is_undone() -> None:
    taps = np.random.default_rng(1).standard_normal(21)
    other = scipy.signal.lfilter(taps, [1], NOISE)
    assert snr_db(filtered_like(NOISE, other), other) > 40


def test_signal_over_difference_is_20_db_for_a_tenth() -> None:
    assert snr_db(NOISE, 1.1 * NOISE) == pytest.approx(20)
    assert snr_db(NOISE, NOISE) == 200
