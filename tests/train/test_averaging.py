"""Averaged weights against the closed form, and what must not be averaged."""

from __future__ import annotations

import pytest
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_avg_fn

from unheard.models.front_end import PRESETS, FrontEnd
from unheard.train.averaging import averaging, moving_average


def test_the_average_is_torchs() -> None:
    generator = torch.Generator().manual_seed(0)
    ours = theirs = torch.randn(50, generator=generator)
    for step in range(20):
        newest = torch.randn(50, generator=generator)
        ours = moving_average(0.9)(ours, newest, step)
        theirs = get_ema_avg_fn(0.9)(theirs, newest, step)
    torch.testing.assert_close(ours, theirs)


def test_one_step_moves_the_average_by_its_share() -> None:
    assert moving_average(0.75)(torch.tensor(0.0), torch.tensor(8.0), 3).item() == 2.0


def test_counters_are_the_newest() -> None:
    assert moving_average(0.99)(torch.tensor(3), torch.tensor(10), 3).item() == 10


@pytest.mark.parametrize("decay", [0.5, 0.9, 0.999])
def test_filters_of_the_front_end_do_not_drift(decay: float) -> None:
    front_end = FrontEnd(PRESETS["mel-40"], 1600)
    averaged = AveragedModel(front_end, avg_fn=moving_average(decay), use_buffers=True)
    for _ in range(100):
        averaged.update_parameters(front_end)
    for name, buffer in front_end.named_buffers():
        assert torch.equal(averaged.module.get_buffer(name), buffer), name


def test_the_usual_form_does_drift() -> None:
    front_end = FrontEnd(PRESETS["mel-40"], 1600)
    averaged = AveragedModel(front_end, avg_fn=get_ema_avg_fn(0.9), use_buffers=True)
    for _ in range(100):
        averaged.update_parameters(front_end)
    assert not torch.equal(averaged.module.window, front_end.window)


def test_every_step_counts_and_statistics_too() -> None:
    callback = averaging(0.9)
    assert [callback.should_update(step_idx=step) for step in range(3)] == [True] * 3
    assert callback._use_buffers
