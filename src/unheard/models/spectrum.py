"""Power spectra of frames as matrix products, for runtimes that have no fast Fourier transform.

A frame is folded at the middle of its window, which is symmetric: the sum of its halves meets the cosines,
their difference the sines. That is half the multiplications of a convolution with both, which is what is left
where windows and hops have no common blocks to put frames together from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

MIN_BLOCK = 16  # frames put together from shorter blocks cost more than folding saves


def frame_power(
    samples: Tensor, num_samples: int, window: Tensor, hop_samples: int, num_fft: int, bins: Sequence[int]
) -> Tensor:
    """`samples` `(batch, num_samples)` to the power `(batch, num_frames, len(bins))` in some bins.

    `num_samples` is a number and not read off the samples, whose shape is a symbol while a graph is traced.
    Frames of `num_fft` samples are centred on multiples of the hop, with zeros outside and a periodic Hann
    window `(window_samples,)` in their middle.
    """
    half, odd = divmod(len(window), 2)
    if odd or math.gcd(half, hop_samples) < MIN_BLOCK:
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
    num_frames = 1 + num_samples // hop_samples
    last = (num_frames - 1) * hop_samples
    after = functional.pad(samples, (0, max(0, last + half - num_samples)))
    before = functional.pad(samples, (half - 1, 1))[:, : last + half].flip(1)
    right = _frames(after, half, hop_samples, num_frames)
    left = _frames(before, half, hop_samples, num_frames).flip(1)
    cosines, sines = _bases(window, num_fft, bins)
    even, odd = (right + left) @ cosines, (right - left) @ sines
    power: Tensor = even.square() + odd.square()
    return power


def _frames(samples: Tensor, size: int, hop_samples: int, num_frames: int) -> Tensor:
    """`(batch, num_frames, size)`: pieces of `size` samples that begin at multiples of the hop.

    Put together from blocks of as many samples as divide both, since few runtimes overlap frames by views.
    """
    block = math.gcd(size, hop_samples)
    step, per_frame = hop_samples // block, size // block
    num_blocks = (num_frames - 1) * step + per_frame
    blocks = samples[:, : num_blocks * block].reshape(-1, num_blocks, block)
    last = (num_frames - 1) * step + 1
    return torch.cat([blocks[:, first : first + last : step] for first in range(per_frame)], dim=2)


def _bases(window: Tensor, num_fft: int, bins: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Cosines and sines of the right half of the window, `(half, len(bins))`; the middle counts once."""
    half = len(window) // 2
    time = torch.arange(half, dtype=torch.float64)[:, None]
    phase = 2 * math.pi / num_fft * time * torch.tensor(bins, dtype=torch.float64)
    weights = window[half:].double()[:, None] * torch.where(time == 0, 0.5, 1.0)
    return (phase.cos() * weights).float(), (phase.sin() * weights).float()
