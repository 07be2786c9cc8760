"""Frequencies in Hz as positions on a mel scale, and back.

`htk`: 2595 log10(1 + f / 700) (O'Shaughnessy 1987). `slaney`: linear up to 1000 Hz, logarithmic above, with
27 steps to a factor of 6.4 (Slaney 1998, Auditory Toolbox).
"""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

MelScale = Literal["htk", "slaney"]

_BREAK_HZ, _BREAK_MEL = 1000.0, 15.0
_LOG_STEP = math.log(6.4) / 27.0


def to_mel(hz: float, scale: MelScale) -> float:
    """Mels of a frequency."""
    if scale == "htk":
        return 2595.0 * math.log10(1.0 + hz / 700.0)
    if hz < _BREAK_HZ:
        return hz * _BREAK_MEL / _BREAK_HZ
    return _BREAK_MEL + math.log(hz / _BREAK_HZ) / _LOG_STEP


def to_hz(mels: Tensor, scale: MelScale) -> Tensor:
    """Frequencies in Hz, same shape."""
    if scale == "htk":
        return 700.0 * (10.0 ** (mels / 2595.0) - 1.0)
    above = _BREAK_HZ * ((mels - _BREAK_MEL) * _LOG_STEP).exp()
    return torch.where(mels < _BREAK_MEL, mels * _BREAK_HZ / _BREAK_MEL, above)
