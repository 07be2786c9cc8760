import numpy as np
import pytest

from unheard.report.spectrogram import COLUMNS, ROWS, spectrogram_levels


@pytest.mark.parametrize("sample_rate", [8_000, 16_000, 44_100])
def test_a_tone_is_brightest_at_its_frequency(make_tone, sample_rate):
    levels = spectrogram_levels(make_tone(1000.0, 1.0, sample_rate), sample_rate)
    top_hz = min(8000, sample_rate / 2)
    row = levels.mean(axis=1).argmax()
    assert top_hz * (1 - row / (ROWS - 1)) == pytest.approx(1000, abs=2 * top_hz / ROWS)
    assert levels.max() == 255


def test_silence_before_a_tone_is_dark(make_tone):
    samples = np.concatenate([np.zeros(8000, np.float32), make_tone(duration_s=0.5)])
    levels = spectrogram_levels(samples, 16_000)
    assert levels.shape == (ROWS, COLUMNS)
    assert levels[:, : COLUMNS // 3].max() == 0
    assert levels[:, -COLUMNS // 3 :].max() == 255


@pytest.mark.parametrize("num_samples", [0, 1, 399, 401])
def test_the_shortest_clips_have_a_picture(num_samples):
    levels = spectrogram_levels(np.zeros(num_samples, np.float32), 16_000)
    assert levels.shape[0] == ROWS
    assert levels.shape[1] >= 1
