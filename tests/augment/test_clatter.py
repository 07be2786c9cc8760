"""Clatter: what a draw says is what is heard, measured by other means."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from unheard.augment.base import BatchInfo, Params
from unheard.augment.clatter import NUM_HITS, NUM_MODES, draw_clatter, made_clatter
from unheard.augment.level import rms

RATE = 16000


def struck(times_s: list[float], softer_db: list[float], **changes: Tensor | float) -> Params:
    """One body struck at these times, ringing in one loud mode of 1 kHz but for the changes."""
    drawn = draw_clatter(BatchInfo(1, RATE, RATE), torch.Generator().manual_seed(3))
    mode_db = torch.full((1, NUM_MODES), -300.0)
    mode_db[0, 0] = 30.0
    drawn |= {"num_hits": torch.tensor([len(times_s)]), "mode_db": mode_db}
    drawn["hit_time"] = torch.zeros(1, NUM_HITS)
    drawn["softer_db"] = torch.zeros(1, NUM_HITS)
    drawn["hit_time"][0, : len(times_s)] = torch.tensor(times_s)
    drawn["softer_db"][0, : len(times_s)] = torch.tensor(softer_db)
    drawn["mode_hz"] = torch.full((1, NUM_MODES), 1000.0)
    drawn["decay_s"] = torch.full((1, NUM_MODES), 0.02)
    for name, value in changes.items():
        drawn[name] = torch.zeros_like(drawn[name]) + torch.as_tensor(value, dtype=torch.float32)
    return drawn


def envelope_db(samples: Tensor) -> np.ndarray:
    """In 2 ms steps."""
    found = samples[0].abs().reshape(-1, 32).amax(1).numpy()
    return np.asarray(20 * np.log10(found + 1e-9))


def test_a_struck_body_rings_at_its_mode_and_dies_as_fast_as_drawn() -> None:
    heard = made_clatter(struck([0.1], [0.0], decay_s=0.05), RATE)
    assert rms(heard[:, :1500]).item() < 1e-6
    spectrum = torch.fft.rfft(heard[0, 2400:]).abs()  # without its click
    assert spectrum.argmax().item() * RATE / 13600 == pytest.approx(1000, abs=3)
    fall = np.polyfit(np.arange(40) * 0.002, envelope_db(heard)[70:110], 1)[0]
    assert fall == pytest.approx(-8.686 / 0.05, rel=0.05)


def test_hits_come_when_and_as_loud_as_drawn() -> None:
    level = envelope_db(made_clatter(struck([0.2, 0.7], [0.0, 12.0]), RATE))
    first, second = level[100:110].max(), level[350:360].max()
    assert first - second == pytest.approx(12, abs=0.5)
    assert level[95:99].max() < first - 60
    assert level[330:348].max() < second - 60


def test_hits_beyond_the_drawn_number_do_not_count() -> None:
    values = struck([0.2, 0.7], [0.0, 0.0])
    values["num_hits"] = torch.tensor([1])
    level = envelope_db(made_clatter(values, RATE))
    assert level[350:].max() < level[100:110].max() - 60


def test_many_draws_are_all_different_and_all_sound() -> None:
    drawn = draw_clatter(BatchInfo(100, RATE, RATE), torch.Generator().manual_seed(5))
    clatter = made_clatter(drawn, RATE)
    assert clatter.isfinite().all()
    assert (rms(clatter) > 1e-5).all()
    assert torch.corrcoef(clatter).fill_diagonal_(0).abs().max() < 0.9
