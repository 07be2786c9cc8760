"""Filters given as a gain per frequency, applied to whole batches by FFT without moving anything in time."""

from __future__ import annotations

from functools import lru_cache

import torch
from scipy.fft import next_fast_len
from torch import Tensor

LOWEST_KNOT_HZ = 60.0
RINGING_S = 0.05  # room for a filter's ringing, so that the end of a clip does not leak into its beginning


def spectrum_of(samples: Tensor, num_fft: int) -> Tensor:
    """(batch, num_fft // 2 + 1) complex spectrum of clips, zero-padded to `num_fft`."""
    spectrum: Tensor = torch.fft.rfft(samples, num_fft)
    return spectrum


def samples_of(spectrum: Tensor, num_fft: int, num_samples: int, start: int = 0) -> Tensor:
    """(batch, num_samples) clips from `start` on, of a spectrum made with `num_fft`."""
    samples: Tensor = torch.fft.irfft(spectrum, num_fft)
    return samples[:, start : start + num_samples].contiguous()


def fft_length(num_samples: int, sample_rate: int) -> int:
    """A fast, even FFT length with room for a filter's ringing."""
    wanted = num_samples + round(RINGING_S * sample_rate)
    return fast_length(wanted)


def fast_length(wanted: int) -> int:
    """The next even length whose FFT is fast."""
    return 2 * int(next_fast_len((wanted + 1) // 2, real=True))


def frequencies_hz(num_fft: int, sample_rate: int, device: torch.device) -> Tensor:
    """(num_fft // 2 + 1,) Hz of each bin of a real FFT."""
    hz: Tensor = torch.fft.rfftfreq(num_fft, 1 / sample_rate, device=device)
    return hz


def filter_clips(samples: Tensor, gain: Tensor, num_fft: int) -> Tensor:
    """(batch, num_samples) clips after a zero-phase filter; `gain` is (batch, num_fft // 2 + 1), linear."""
    return samples_of(spectrum_of(samples, num_fft) * gain, num_fft, samples.shape[1])


def high_pass_db(octaves_above_edge: Tensor, slope_db: Tensor) -> Tensor:
    """Gain of a slope that starts 3 dB down at its edge; `slope_db` in dB an octave.

    The magnitude of a Butterworth filter with a slope that need not be a multiple of 6:
    -10 log10(1 + 2^(-x s / 3.01)) at x octaves above the edge.
    """
    return -3.0103 * torch.log2(1 + torch.exp2(-octaves_above_edge * slope_db / 3.0103))


@lru_cache(maxsize=8)
def octave_hats(num_knots: int, num_fft: int, sample_rate: int, device: torch.device) -> Tensor:
    """(num_knots, num_bins): how much each knot counts at each frequency; every column sums to 1.

    Knots lie evenly over the octaves from 60 Hz to half the sample rate.
    """
    hz = frequencies_hz(num_fft, sample_rate, device).clamp(min=LOWEST_KNOT_HZ)
    place = torch.log2(hz / LOWEST_KNOT_HZ) / torch.log2(hz[-1] / LOWEST_KNOT_HZ) * (num_knots - 1)
    knots = torch.arange(num_knots, device=device).unsqueeze(1)
    return (1 - (place - knots).abs()).clamp(min=0)
