"""Calls: a piece of the bank backwards, at the drawn speed."""

from __future__ import annotations

import pytest
import torch

from unheard.augment.base import BatchInfo
from unheard.augment.calls import Calls
from unheard.augment.noise_bank import NoiseBank
from unheard.errors import UsageError


def _rising() -> NoiseBank:
    """Four seconds of a tone that rises from 500 Hz to 1500 Hz in each second."""
    second = torch.linspace(500, 1500, 16000).repeat(4)
    return NoiseBank.from_recordings([torch.sin(2 * torch.pi * (second / 16000).double().cumsum(0))])


@pytest.mark.parametrize("factor", [0.4, 1.0, 3.0])
def test_what_rose_falls_as_much_faster_as_drawn(factor: float) -> None:
    start = torch.tensor([63999])  # the very end, at 1500 Hz
    values = {
        "factor": torch.tensor([factor]),
        "recording": torch.tensor([0]),
        "start_samples": start,
    }
    num_samples = 5000  # less than a second of the recording, at any of the factors
    heard = Calls(bank=_rising()).added(values, num_samples)[0].double()
    crossings = ((heard[1:] >= 0) != (heard[:-1] >= 0)).nonzero().squeeze(1)
    for begin in (0, 4000):
        inside = ((crossings >= begin) & (crossings < begin + 1000)).sum().item()
        expected_hz = factor * (1500 - 1000 * factor * (begin + 500) / 16000)
        assert inside / 2 * 16 == pytest.approx(expected_hz, abs=20)


def test_factors_reach_from_end_to_end(noise_bank: NoiseBank, generator: torch.Generator) -> None:
    factor = Calls(bank=noise_bank).draw(BatchInfo(4000, 16000, 16000), generator)["factor"]
    assert factor.min() == pytest.approx(0.4, rel=0.01)
    assert factor.max() == pytest.approx(3.0, rel=0.01)
    assert factor.log().mean() == pytest.approx(torch.tensor(0.4 * 3.0).log().item() / 2, abs=0.05)


def test_a_factor_of_zero_is_refused(noise_bank: NoiseBank) -> None:
    with pytest.raises(UsageError, match="calls: min_factor is 0; it must be above 0"):
        Calls(bank=noise_bank, min_factor=0)
