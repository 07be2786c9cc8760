from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from unheard.augment.fft_filter import fft_length, filter_clips, frequencies_hz, high_pass_db


@given(st.integers(1, 60000), st.sampled_from([8000, 16000, 44100]))
def test_the_length_leaves_room_for_50_ms_is_even_and_has_small_factors(num_samples: int, rate: int) -> None:
    length = fft_length(num_samples, rate)
    assert length >= num_samples + 0.05 * rate - 1
    assert length % 2 == 0
    for factor in (2, 3, 5):
        while length % factor == 0:
            length //= factor
    assert length == 1


def test_a_filter_scales_each_frequency_and_moves_nothing() -> None:
    time = torch.arange(16000) / 16000
    low, high = (torch.sin(2 * math.pi * hz * time) for hz in (400.0, 3000.0))
    window = torch.hann_window(16000)
    num_fft = fft_length(16000, 16000)
    hz = frequencies_hz(num_fft, 16000, torch.device("cpu"))
    gain = torch.where(hz < 1000, 0.5, 2.0).unsqueeze(0)
    filtered = filter_clips(((low + high) * window).unsqueeze(0), gain, num_fft)
    torch.testing.assert_close(filtered[0], (0.5 * low + 2 * high) * window, atol=1e-3, rtol=0)


@pytest.mark.parametrize("order", [1, 2, 4])
def test_slopes_of_6_12_and_24_db_are_butterworth_filters(order: int) -> None:
    hz = np.geomspace(50, 5000, 40)
    b, a = signal.butter(order, 2 * math.pi * 300, "highpass", analog=True)
    expected = 20 * np.log10(np.abs(signal.freqs(b, a, 2 * math.pi * hz)[1]))
    octaves = torch.log2(torch.from_numpy(hz) / 300)
    gain_db = high_pass_db(octaves, torch.tensor(6.0206 * order))
    np.testing.assert_allclose(gain_db.numpy(), expected, atol=1e-3)
