from __future__ import annotations

import pytest
import torch
from torch import Tensor

from unheard.augment.base import BatchInfo
from unheard.augment.chain import Chain
from unheard.augment.clipping import Clipping
from unheard.augment.gain import Gain
from unheard.augment.splice import Splice
from unheard.augment.time_shift import TimeShift
from unheard.errors import UsageError

CHAIN = Chain((TimeShift(p=0.5), Clipping(p=0.5), Gain()))


def test_the_same_seed_gives_the_same_clips_and_another_seed_others(clips: Tensor) -> None:
    first, again, other = (CHAIN(clips, 16000, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_transforms_are_applied_in_order(clips: Tensor, info: BatchInfo) -> None:
    transforms = CHAIN.transforms
    draws = CHAIN.draw(info, torch.Generator().manual_seed(5))
    expected = clips
    for transform, params in zip(transforms, draws, strict=True):
        expected = transform.apply(expected, params)
    assert torch.equal(CHAIN.apply(clips, draws), expected)


def test_the_call_hands_the_labels_to_the_draw(clips: Tensor) -> None:
    labels = torch.zeros(6, dtype=torch.int64)  # all the same word: nothing can be spliced
    chain = Chain((Splice(),))
    assert torch.equal(chain(clips, 16000, torch.Generator(), labels), clips)
    assert not torch.equal(chain(clips, 16000, torch.Generator()), clips)


def test_an_empty_chain_changes_nothing(clips: Tensor) -> None:
    assert torch.equal(Chain()(clips, 16000, torch.Generator()), clips)


def test_draws_of_another_chain_are_refused(clips: Tensor) -> None:
    with pytest.raises(UsageError, match="has 3 transforms and got 0 draws"):
        CHAIN.apply(clips, [])
