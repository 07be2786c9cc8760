from __future__ import annotations

import pytest
import torch

from unheard.augment.base import BatchInfo
from unheard.augment.spec_augment import SpecAugment
from unheard.errors import UsageError


def test_masks_lie_where_they_were_drawn_and_hold_the_mean() -> None:
    features = torch.arange(24.0).reshape(1, 4, 6)
    params = {
        "applies": torch.tensor([True]),
        "bin_width_share": torch.tensor([[0.99]]),  # the most: 2 bins
        "bin_start_share": torch.tensor([[0.99]]),  # as far up as they go: bins 2 and 3
        "frame_width_share": torch.tensor([[0.5]]),  # 1 of 0, 1, 2 frames
        "frame_start_share": torch.tensor([[0.0]]),
    }
    transform = SpecAugment(num_bin_masks=1, max_bins=2, num_frame_masks=1, max_frames=2)
    expected = features.clone()
    expected[0, 2:] = 11.5
    expected[0, :, 0] = 11.5
    assert torch.equal(transform.apply(features, params), expected)


def test_no_clip_has_more_holes_than_allowed_and_the_most_occurs(generator: torch.Generator) -> None:
    features = torch.rand(2000, 40, 98) + 1
    transform = SpecAugment(num_bin_masks=1, max_bins=5, num_frame_masks=1, max_frames=20)
    changed = transform.apply(features, transform.draw(BatchInfo(2000, 16000, 16000), generator)) != features
    bins, frames = changed.all(2).sum(1), changed.all(1).sum(1)
    assert set(bins.tolist()) == set(range(6))
    assert set(frames.tolist()) == set(range(21))


def test_short_features_keep_half_of_their_frames(generator: torch.Generator) -> None:
    features = torch.rand(500, 40, 10) + 1
    transform = SpecAugment(num_bin_masks=0, num_frame_masks=1, max_frames=20)
    changed = transform.apply(features, transform.draw(BatchInfo(500, 1600, 16000), generator)) != features
    assert changed.all(1).sum(1).max() == 5


def test_no_masks_change_nothing(generator: torch.Generator) -> None:
    features = torch.rand(3, 40, 98)
    transform = SpecAugment(num_bin_masks=0, num_frame_masks=0)
    assert torch.equal(transform.apply(features, transform.draw(BatchInfo(3, 1, 16000), generator)), features)


def test_gradients_flow_past_the_holes(generator: torch.Generator) -> None:
    features = torch.rand(2, 40, 98, requires_grad=True)
    SpecAugment().apply(features, SpecAugment().draw(BatchInfo(2, 1, 16000), generator)).sum().backward()
    assert features.grad is not None


def test_wrong_options_are_refused() -> None:
    with pytest.raises(UsageError, match="max_bins is -1; it must be 0 or more"):
        SpecAugment(max_bins=-1)
    with pytest.raises(UsageError, match="max_share is 2; a share lies between 0 and 1"):
        SpecAugment(max_share=2)
