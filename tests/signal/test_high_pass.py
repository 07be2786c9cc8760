from __future__ import annotations

import numpy as np
import pytest

from unheard.signal.high_pass import above_rumble


@pytest.mark.parametrize(("hertz", "gain_db"), [(30, -55.9), (75, -24.1), (150, -3.01), (600, 0.0)])
def test_gain_is_that_of_a_butterworth_filter(hertz: float, gain_db: float) -> None:
    """|H|^2 = 1 / (1 + (150 / f)^8), the closed form of order 4."""
    tone = np.sin(2 * np.pi * hertz / 16_000 * np.arange(32_000)).astype(np.float32)
    ratio = np.std(above_rumble(tone)[16_000:]) / np.std(tone[16_000:])
    assert 20 * np.log10(ratio) == pytest.approx(gain_db, abs=0.1)


def test_an_offset_is_gone_from_the_first_sample_on() -> None:
    samples = np.full(16_000, 0.5, np.float32)
    assert np.abs(above_rumble(samples)).max() == 0
    assert samples[0] == 0.5
