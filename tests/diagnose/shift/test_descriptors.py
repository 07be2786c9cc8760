"""What is described of clips, against clips made to known figures."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.diagnose.shift.descriptors import NAMES, band_edges_hz, describe

RATE = 16_000


def words(num_clips: int = 12, begin_s: float = 0.3, seed: int = 0) -> NDArray[np.float32]:
    """Noise of 0.3 s at an rms of 0.1, over noise 40 dB below it."""
    random = np.random.default_rng(seed)
    samples = 0.001 * random.standard_normal((num_clips, RATE))
    first = int(begin_s * RATE)
    samples[:, first : first + 4800] += 0.1 * random.standard_normal((num_clips, 4800))
    return samples.astype(np.float32)


def column(samples: NDArray[np.float32], name: str) -> float:
    return float(describe(samples, RATE).values[:, NAMES.index(name)].mean())


def test_level_is_that_of_the_word() -> None:
    assert column(words(), "level_dbfs") == pytest.approx(-20, abs=0.7)


def test_nothing_but_the_level_depends_on_the_level() -> None:
    one, other = (describe(factor * words(), RATE).values for factor in (1.0, 1 / 1024))
    rest = [row for row, name in enumerate(NAMES) if name != "level_dbfs"]
    np.testing.assert_allclose(one[:, rest], other[:, rest], atol=1e-3)
    level = NAMES.index("level_dbfs")
    np.testing.assert_allclose(one[:, level] - other[:, level], 60.2, atol=0.01)


def test_time_is_told_within_a_frame() -> None:
    early, late = words(begin_s=0.2), words(begin_s=0.45)
    assert column(early, "onset_s") == pytest.approx(0.2, abs=0.03)
    assert column(late, "centre_s") - column(early, "centre_s") == pytest.approx(0.25, abs=0.01)


def test_background_lies_where_it_was_put() -> None:
    assert column(words(), "dynamics_20_db") == pytest.approx(-40, abs=1.5)


def test_bands_cover_all_below_half_the_rate_once() -> None:
    edges = band_edges_hz(RATE)
    assert edges[0] == 80
    assert edges[-1] == pytest.approx(7500)
    assert (np.diff(edges) > 0).all()
    power = 10 ** (describe(words(), RATE).bands_db / 10)
    np.testing.assert_allclose(power.sum(axis=1), 1, rtol=1e-4)


def test_flat_tops_and_gaps_are_counted() -> None:
    samples = words()
    cut = samples.clip(-0.05, 0.05)
    assert column(cut, "flat_top_share_log10") > column(samples, "flat_top_share_log10") + 0.5
    lost = samples.copy()
    lost[:, 6000:6640] = 0
    assert 10 ** column(lost, "held_share_log10") == pytest.approx(0.04, abs=0.005)


def test_silence_is_described_by_numbers() -> None:
    assert np.isfinite(describe(np.zeros((3, RATE), np.float32), RATE).values).all()
