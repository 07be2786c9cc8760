"""Windows start every hop, and how the stream is cut changes no bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from unheard.errors import UsageError
from unheard.runtime.bundle import Bundle
from unheard.runtime.windows import WindowScorer, WindowScores, join_windows


def noise(num_samples: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).standard_normal(num_samples).astype(np.float32)


def score_in_pieces(bundle: Bundle, samples: NDArray[np.float32], cuts: list[int]) -> WindowScores:
    scorer = WindowScorer(bundle)
    parts = [scorer.push(piece) for piece in np.split(samples, sorted(cuts))] + [scorer.flush()]
    return join_windows(parts)


def test_windows_are_the_rows_of_a_sliding_view(tone_bundle: Path) -> None:
    bundle = Bundle.load(tone_bundle)
    samples = noise(12_345)
    windows = WindowScorer(bundle).push(samples)
    rows = np.lib.stride_tricks.sliding_window_view(samples, 4000)[::800]
    np.testing.assert_allclose(windows.start_s, np.arange(len(rows)) * 0.1)
    np.testing.assert_allclose(windows.end_s - windows.start_s, 0.5)
    np.testing.assert_allclose(windows.scores, bundle.scores(np.ascontiguousarray(rows)), atol=1e-4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(data=st.data(), num_samples=st.integers(0, 9000))
def test_cutting_anywhere_changes_no_bit(tone_bundle: Path, data: st.DataObject, num_samples: int) -> None:
    bundle = Bundle.load(tone_bundle)
    samples = noise(num_samples, seed=num_samples)
    cuts = data.draw(st.lists(st.integers(0, num_samples), max_size=30))
    whole, pieces = score_in_pieces(bundle, samples, []), score_in_pieces(bundle, samples, cuts)
    np.testing.assert_array_equal(whole.scores, pieces.scores)
    np.testing.assert_array_equal(whole.start_s, pieces.start_s)
    np.testing.assert_array_equal(whole.end_s, pieces.end_s)


def test_one_sample_at_a_time_is_the_same(tone_bundle: Path) -> None:
    bundle = Bundle.load(tone_bundle)
    samples = noise(4801)
    pieces = score_in_pieces(bundle, samples, list(range(1, 4801)))
    np.testing.assert_array_equal(pieces.scores, WindowScorer(bundle).push(samples).scores)


@pytest.mark.parametrize("num_samples", range(3995, 4006))
def test_lengths_around_the_window_are_one_window(tone_bundle: Path, num_samples: int) -> None:
    bundle = Bundle.load(tone_bundle)
    samples = noise(num_samples)
    windows = score_in_pieces(bundle, samples, [1234])
    np.testing.assert_array_equal(windows.scores, bundle.scores(samples[None]))
    np.testing.assert_allclose(windows.end_s, [min(num_samples, 4000) / 8000])


@pytest.mark.parametrize(("num_samples", "expected"), [(0, 0), (1, 1), (4799, 1), (4800, 2), (8000, 6)])
def test_number_of_windows(tone_bundle: Path, num_samples: int, expected: int) -> None:
    assert len(score_in_pieces(Bundle.load(tone_bundle), noise(num_samples), [])) == expected


def test_the_end_is_the_end_until_reset(tone_bundle: Path) -> None:
    scorer = WindowScorer(Bundle.load(tone_bundle))
    first = scorer.push(noise(5000)).scores
    scorer.flush()
    with pytest.raises(UsageError, match=r"ended by flush\(\); reset\(\) begins a new one"):
        scorer.push(noise(1))
    scorer.reset()
    again = scorer.push(noise(5000))
    np.testing.assert_array_equal(again.scores, first)
    assert again.start_s[0] == 0


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.zeros(10), "float64"),
        (np.zeros((1, 10), np.float32), r"shape \(1, 10\)"),
        (np.array([0, np.nan], np.float32), "not all finite"),
    ],
)
def test_other_samples_are_refused(tone_bundle: Path, samples: NDArray[np.float32], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        WindowScorer(Bundle.load(tone_bundle)).push(samples)
