from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from unheard.augment.base import BatchInfo, Params
from unheard.augment.splice import Splice
from unheard.errors import UsageError


def _tone_word(hz: float, start: int, end: int, level: float = 0.5) -> Tensor:
    word = level * torch.sin(2 * math.pi * hz / 16000 * torch.arange(16000))
    word[:start] = 0
    word[end:] = 0
    return word


def _params(partner: list[int], cut_share: float = 0.5) -> Params:
    return {
        "applies": torch.ones(len(partner), dtype=torch.bool),
        "partner": torch.tensor(partner),
        "cut_share": torch.full((len(partner),), cut_share),
        "sample_rate": torch.tensor(16000),
    }


def _power_at(samples: Tensor, hz: float) -> float:
    time = torch.arange(len(samples)) / 16000
    wave = torch.complex(torch.cos(2 * math.pi * hz * time), torch.sin(2 * math.pi * hz * time))
    return (samples * wave).mean().abs().item() * 2


def test_the_end_of_one_word_follows_the_beginning_of_another() -> None:
    low, high = _tone_word(500, 3200, 9600), _tone_word(2000, 6400, 14400, level=0.25)
    spliced = Splice().apply(torch.stack([low, high]), _params([1, 0]))
    # cut in the middle of the low word, sample 6400; there begins the middle of the high one, 10400, for 4000
    before, after = spliced[0, 3200:6240], spliced[0, 6560:10240]
    assert _power_at(before, 500) == pytest.approx(0.5, rel=0.01)
    assert _power_at(before, 2000) < 0.01
    assert _power_at(after, 2000) == pytest.approx(0.5, rel=0.02)  # at the level of the first word
    assert _power_at(after, 500) < 0.01
    assert spliced[0, 10500:].abs().max() < 1e-6


def test_the_two_parts_are_joined_without_a_step() -> None:
    ones = torch.full((2, 16000), 0.4)
    ones[1] *= -1
    spliced = Splice().apply(ones, _params([1, 0]))
    assert spliced[0, 0] == pytest.approx(0.4)
    assert spliced[0, -1] == pytest.approx(-0.4)
    assert spliced.diff(dim=1).abs().max() == pytest.approx(0.8 / 160, rel=0.01)  # over 10 ms


def test_the_cut_moves_with_its_share() -> None:
    word, other = _tone_word(500, 3200, 9600), torch.full((16000,), 0.1)
    spliced = Splice().apply(torch.stack([word, other]), _params([1, 0], cut_share=0.25))
    assert (spliced[0] - word).abs()[:4700].max() == 0
    assert (spliced[0] - word).abs()[4900:].max() > 0.1


def test_partners_have_other_labels() -> None:
    labels = torch.tensor([0, 0, 1, 1, 2, 0])
    for seed in range(20):
        info = BatchInfo(6, 16000, 16000, labels)
        params = Splice().draw(info, torch.Generator().manual_seed(seed))
        assert (labels[params["partner"]] != labels).all()
        assert params["applies"].all()


def test_a_clip_without_a_partner_is_left_alone(clips: Tensor, generator: torch.Generator) -> None:
    info = BatchInfo(6, 16000, 16000, torch.full((6,), 3))
    params = Splice().draw(info, generator)
    assert not params["applies"].any()
    assert torch.equal(Splice().apply(clips, params), clips)


def test_without_labels_no_clip_is_its_own_partner(info: BatchInfo, generator: torch.Generator) -> None:
    assert (Splice().draw(info, generator)["partner"] != torch.arange(6)).all()


def test_shares_outside_zero_to_one_are_refused() -> None:
    with pytest.raises(UsageError, match="lie between 0 and 1"):
        Splice(max_cut_share=1.5)
