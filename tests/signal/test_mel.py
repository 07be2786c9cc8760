"""Mel filters against published formulas and values, and against interpolation between the edges."""

from __future__ import annotations

import numpy as np
import pytest

from unheard.signal.mel import hz_to_mel, mel_filters, mel_to_hz

OPTIONS = {"sample_rate": 16_000, "num_fft": 512, "min_hz": 20.0, "max_hz": 7600.0}


@pytest.mark.parametrize(
    ("scale", "hz", "mel"),
    [
        ("htk", 700.0, 2595 * np.log10(2)),  # log10(1 + 1)
        ("htk", 1000.0, 999.9855),
        ("slaney", 500.0, 7.5),  # 200 / 3 Hz a mel
        ("slaney", 1000.0, 15.0),
        ("slaney", 6400.0, 42.0),  # 27 steps for a factor of 6.4
    ],
)
def test_mels_are_the_published_ones(scale: str, hz: float, mel: float) -> None:
    assert hz_to_mel(np.array([hz]), scale)[0] == pytest.approx(mel, abs=1e-3)  # type: ignore[arg-type]
    assert mel_to_hz(np.array([mel]), scale)[0] == pytest.approx(hz, abs=1e-2)  # type: ignore[arg-type]


def test_filters_rise_to_1_and_fall_between_edges_that_are_even_in_mels() -> None:
    ends = 2595 * np.log10(1 + np.array([20.0, 7600.0]) / 700)
    edges_hz = 700 * (10 ** (np.linspace(*ends, 42) / 2595) - 1)
    bins_hz = np.arange(257) * 16_000 / 512
    expected = [np.interp(bins_hz, edges_hz[band : band + 3], [0, 1, 0]) for band in range(40)]
    found = mel_filters(40, **OPTIONS)  # type: ignore[arg-type]
    np.testing.assert_allclose(found, np.transpose(expected), atol=1e-6)


def test_slaney_norm_gives_every_band_the_area_1() -> None:
    filters = mel_filters(20, sample_rate=16_000, num_fft=8192, min_hz=0, max_hz=8000, norm="slaney")
    np.testing.assert_allclose(filters.sum(axis=0) * 16_000 / 8192, 1, rtol=5e-3)


def test_triangles_over_mels_sum_to_1_between_the_outer_peaks() -> None:
    """Straight sides in the same units as the spacing: neighbours add up to 1 everywhere."""
    filters = mel_filters(20, sample_rate=16_000, num_fft=2048, min_hz=0, max_hz=8000, triangles="mel")
    peaks_hz = mel_to_hz(np.linspace(0, hz_to_mel(np.array([8000.0]), "htk")[0], 22), "htk")
    bins_hz = np.arange(1025) * 16_000 / 2048
    inside = (bins_hz > peaks_hz[1]) & (bins_hz < peaks_hz[-2])
    np.testing.assert_allclose(filters[inside].sum(axis=1), 1, atol=1e-5)
    assert (
        abs(mel_filters(20, sample_rate=16_000, num_fft=2048, min_hz=0, max_hz=8000) - filters).max() > 0.01
    )
