from __future__ import annotations

import torch

from unheard.augment.reverse import Reverse


def test_the_last_sample_comes_first() -> None:
    params = {"applies": torch.tensor([True, False])}
    changed = Reverse().apply(torch.tensor([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]), params)
    assert changed.tolist() == [[3, 2, 1], [1, 2, 3]]


def test_a_reversed_clip_is_no_longer_its_word() -> None:
    assert Reverse.changes_word
