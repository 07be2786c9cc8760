"""Power spectra of frames as matrix products, for runtimes that have no fast Fourier transform.

A frame is folded at the middle of its window, which is symmetric: the sum of its halves meets the cosines,
their difference the sines. That is half the multiplications of a convolution with both, which is what is left
for windows of an odd number of samples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional


def frame_power(
    samples: Tensor, num_samples: int, window: Tensor, hop_samples: int, num_fft: int, bins: Sequence[int]
) -> Tensor:
    """`samples` `(batch, num_samples)` to the power `(batch, num_frames, len(bins))` in some bins.

    `num_samples` is a number and not read off the samples, whose shape is a symbol while a graph is traced.
    Frames of `num_fft` samples are centred on multiples of the hop, with zeros outside and a periodic Hann
    window `(window_samples,)` in their middle.
    """
    if len(window) % 2:
        return _convolved_power(samples, window, hop_samples, num_fft, bins)
    return _folded_power(samples, num_samples, window, hop_samples, num_fft, bins)


def _convolved_power(
    samples: Tensor, window: Tensor, hop_samples: int, num_fft: int, bins: Sequence[int]
) -> Tensor:
    left = (num_fft - len(window)) // 2
    padded = functional.pad(samples, (num_fft // 2, num_fft - num_fft // 2))
    whole = functional.pad(window.double(), (left, num_fft - len(window) - left))
    time = torch.arange(num_fft, dtype=torch.float64)
    phase = 2 * math.pi / num_fft * time * torch.tensor(bins, dtype=torch.float64)[:, None]
    basis = torch.cat([phase.cos() * whole, phase.sin() * whole]).float()[:, None, :]
    real, imaginary = functional.conv1d(padded[:, None, :], basis, stride=hop_samples).chunk(2, dim=1)
    power: Tensor = (real.square() + imaginary.square()).transpose(1, 2)
    return power


def _folded_power(
    samples: Tensor, num_samples: int, window: Tensor, hop_samples: int, num_fft: int, bins: Sequence[int]
) -> Tensor:
    half = len(window) // 2
    right = _frames(samples, num_samples, 0, half, hop_samples)
    left = _frames(samples, num_samples, half - 1, half, hop_samples).flip(2)
    cosines, sines = _bases(window, num_fft, bins)
    even, odd = (right + left) @ cosines, (right - left) @ sines
    power: Tensor = even.square() + odd.square()
    return power


def _frames(samples: Tensor, num_samples: int, early: int, size: int, hop_samples: int) -> Tensor:
    """`(batch, num_frames, size)`: pieces of `size` samples that begin `early` before multiples of the hop.

    Put together from rows of one hop, since few runtimes overlap frames by views.
    """
    num_frames, per_frame = 1 + num_samples // hop_samples, -(-size // hop_samples)
    num_rows = num_frames + per_frame - 1
    padded = functional.pad(samples, (early, num_rows * hop_samples - early - num_samples))
    rows = padded.reshape(-1, num_rows, hop_samples)
    return torch.cat([rows[:, row : row + num_frames] for row in range(per_frame)], dim=2)[:, :, :size]


def _bases(window: Tensor, num_fft: int, bins: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Cosines and sines of the right half of the window, `(half, len(bins))`; the middle counts once."""
    half = len(window) // 2
    time = torch.arange(half, dtype=torch.float64)[:, None]
    phase = 2 * math.pi / num_fft * time * torch.tensor(bins, dtype=torch.float64)
    weights = window[half:].double()[:, None] * torch.where(time == 0, 0.5, 1.0)
    return (phase.cos() * weights).float(), (phase.sin() * weights).float()
