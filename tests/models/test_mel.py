"""Mels are those of the published formulas."""

from __future__ import annotations

import math

import pytest
import torch

from unheard.models.mel import MelScale, to_hz, to_mel


@pytest.mark.parametrize(
    ("scale", "hz", "mel"),
    [
        ("htk", 700.0, 2595 * math.log10(2)),  # log10(1 + 1)
        ("slaney", 500.0, 7.5),  # 200 / 3 Hz a mel
        ("slaney", 1000.0, 15.0),
        ("slaney", 6400.0, 42.0),  # 27 steps to a factor of 6.4
    ],
)
def test_mels_are_the_published_ones(scale: MelScale, hz: float, mel: float) -> None:
    assert to_mel(hz, scale) == pytest.approx(mel)
    assert float(to_hz(torch.tensor([mel], dtype=torch.float64), scale)) == pytest.approx(hz)
