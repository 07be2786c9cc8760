from __future__ import annotations

import pytest
import torch

from unheard.augment.base import BatchInfo
from unheard.augment.cutout import Cutout
from unheard.errors import UsageError


def test_holes_lie_where_they_were_drawn_and_hold_the_mean() -> None:
    features = torch.arange(24.0).reshape(1, 4, 6)
    params = {
        "applies": torch.tensor([True]),
        "bin_width_share": torch.tensor([[0.99, 0.5]]),  # 2 bins, the most; 1 bin
        "bin_start_share": torch.tensor([[0.99, 0.0]]),  # as far up as they go; the lowest
        "frame_width_share": torch.tensor([[0.99, 0.5]]),  # 3 frames, the most; 2 frames
        "frame_start_share": torch.tensor([[0.0, 0.99]]),  # the first; the last
    }
    changed = Cutout(num_holes=2, max_bins=2, max_frames=3).apply(features, params)
    expected = features.clone()
    expected[0, 2:, :3] = 11.5
    expected[0, 0, 4:] = 11.5
    assert torch.equal(changed, expected)


def test_one_hole_is_a_rectangle_of_at_most_both_sides_and_the_most_occurs(
    generator: torch.Generator,
) -> None:
    features = torch.rand(3000, 40, 98) + 1
    transform = Cutout(num_holes=1, max_bins=4, max_frames=6)
    changed = transform.apply(features, transform.draw(BatchInfo(3000, 16000, 16000), generator)) != features
    bins, frames = changed.any(2).sum(1), changed.any(1).sum(1)
    assert torch.equal(changed.sum((1, 2)), bins * frames)
    assert set(bins.tolist()) == set(range(5))
    assert set(frames.tolist()) == set(range(7))


def test_features_smaller_than_a_hole_may_be_hidden_whole(generator: torch.Generator) -> None:
    features = torch.rand(500, 3, 4)
    transform = Cutout(num_holes=1, max_bins=9, max_frames=9)
    changed = transform.apply(features, transform.draw(BatchInfo(500, 640, 16000), generator))
    assert changed.shape == features.shape
    assert (changed != features).all((1, 2)).any()


def test_no_holes_change_nothing(generator: torch.Generator) -> None:
    features = torch.rand(3, 40, 98)
    transform = Cutout(num_holes=0)
    assert torch.equal(transform.apply(features, transform.draw(BatchInfo(3, 1, 16000), generator)), features)


def test_wrong_options_are_refused() -> None:
    with pytest.raises(UsageError, match="num_holes is -1; it must be 0 or more"):
        Cutout(num_holes=-1)
