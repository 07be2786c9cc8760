"""Frames as matrix products against SciPy's transform, whatever divides what."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.fft
import torch

from unheard.models.spectrum import frame_power


@pytest.mark.parametrize(
    ("window_samples", "hop_samples", "num_samples"),
    [
        (480, 160, 16_000),  # half a window is more than a hop
        (480, 320, 15_999),  # and less
        (400, 160, 4_001),
        (320, 160, 16_000),  # half a window is one hop
        (662, 221, 5_000),
        (1024, 100, 4_000),  # half a window is several hops
        (551, 220, 5_000),  # an odd window: a convolution
        (64, 96, 1_000),  # a hop longer than the window
    ],
)
def test_power_is_scipys(window_samples: int, hop_samples: int, num_samples: int) -> None:
    random = np.random.default_rng(0)
    samples = random.standard_normal((2, num_samples)).astype(np.float32)
    num_fft, bins = 1024, [0, 1, 7, 200, 511, 512]
    window = torch.hann_window(window_samples)
    found = frame_power(torch.from_numpy(samples), num_samples, window, hop_samples, num_fft, bins).numpy()

    left = (num_fft - window_samples) // 2
    whole = np.pad(window.numpy().astype(float), (left, num_fft - window_samples - left))
    padded = np.pad(samples.astype(float), ((0, 0), (num_fft // 2, num_fft)))
    starts = range(0, num_samples + 1, hop_samples)
    frames = np.stack([padded[:, start : start + num_fft] * whole for start in starts], axis=1)
    expected = np.abs(scipy.fft.rfft(frames)[..., bins]) ** 2
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-2)


def test_silence_has_no_power() -> None:
    found = frame_power(torch.zeros(1, 800), 800, torch.hann_window(160), 80, 256, range(129))
    assert found.shape == (1, 11, 129)
    assert not found.any()
