"""What all transforms share: chance, replay, and the rows that are left alone."""

from __future__ import annotations

import json

import pytest
import torch
from torch import Tensor

from unheard.augment.base import BatchInfo, from_plain, to_plain
from unheard.augment.clipping import Clipping
from unheard.augment.gain import Gain
from unheard.augment.mixup import Mixup
from unheard.augment.spec_augment import SpecAugment
from unheard.errors import UsageError


def test_only_the_drawn_clips_change_and_the_others_are_bit_identical(clips: Tensor) -> None:
    applies = torch.tensor([True, False, True, False, False, True])
    changed = Gain().apply(clips, {"applies": applies, "gain_db": torch.full((6,), -6.0)})
    assert torch.equal(changed[~applies], clips[~applies])
    torch.testing.assert_close(changed[applies], clips[applies] * 0.5011872)


def test_each_clip_is_changed_with_its_own_row_of_values(clips: Tensor) -> None:
    gain_db = torch.tensor([0.0, 99.0, -20.0, 99.0, 99.0, 20.0])
    applies = torch.tensor([True, False, True, False, False, True])
    changed = Gain().apply(clips, {"applies": applies, "gain_db": gain_db})
    ratio = torch.tensor([1.0, 1.0, 0.1, 1.0, 1.0, 10.0]).unsqueeze(1)
    torch.testing.assert_close(changed, clips * ratio)


def test_a_batch_of_many_clips_is_changed_like_its_clips_one_by_one() -> None:
    gain_db = torch.linspace(-20, 20, 101)
    params = {"applies": torch.ones(101, dtype=torch.bool), "gain_db": gain_db}
    changed = Gain().apply(torch.ones(101, 2), params)
    torch.testing.assert_close(changed, (10 ** (gain_db / 20)).unsqueeze(1).expand(101, 2))


def test_p_is_the_share_of_changed_clips(generator: torch.Generator) -> None:
    applies = Gain(p=0.5).draw(BatchInfo(10000, 1, 16000), generator)["applies"]
    assert applies.float().mean() == pytest.approx(0.5, abs=0.02)  # four standard deviations


def test_p_zero_changes_nothing_and_still_gives_a_new_tensor(clips: Tensor, info: BatchInfo) -> None:
    transform = Gain(p=0.0)
    same = transform.apply(clips, transform.draw(info, torch.Generator()))
    assert torch.equal(same, clips)
    assert same.data_ptr() != clips.data_ptr()


def test_a_draw_is_saved_as_json_and_replayed_exactly(clips: Tensor, info: BatchInfo) -> None:
    transform = Mixup(alpha=0.4, p=0.7)
    params = transform.draw(info, torch.Generator().manual_seed(3))
    replayed = from_plain(json.loads(json.dumps(to_plain(params))))
    assert {name: value.dtype for name, value in replayed.items()} == {
        name: value.dtype for name, value in params.items()
    }
    assert torch.equal(transform.apply(clips, replayed), transform.apply(clips, params))


@pytest.mark.parametrize("p", [-0.1, 1.5])
def test_a_probability_outside_zero_to_one_is_refused(p: float) -> None:
    with pytest.raises(UsageError, match=rf"gain: p is {p}; a probability lies between 0 and 1"):
        Gain(p=p)


def test_a_draw_for_another_batch_size_is_refused(clips: Tensor, generator: torch.Generator) -> None:
    params = Gain().draw(BatchInfo(3, 16000, 16000), generator)
    with pytest.raises(UsageError, match="the draw is for 3 clips and the batch has 6"):
        Gain().apply(clips, params)


def test_a_single_clip_without_a_batch_is_refused() -> None:
    params = {"applies": torch.ones(1, dtype=torch.bool), "peak_share": torch.ones(1)}
    with pytest.raises(
        UsageError, match=r"clipping: got the shape \(16000,\); it takes \(batch, num_samples\)"
    ):
        Clipping().apply(torch.zeros(16000), params)


def test_samples_that_are_not_float32_are_refused(clips: Tensor, info: BatchInfo) -> None:
    params = Gain().draw(info, torch.Generator())
    with pytest.raises(UsageError, match=r"got samples of torch\.float64; convert them to float32"):
        Gain().apply(clips.double(), params)


def test_features_may_have_half_precision(generator: torch.Generator) -> None:
    features = torch.randn(2, 40, 98, dtype=torch.bfloat16)
    params = SpecAugment().draw(BatchInfo(2, 16000, 16000), generator)
    assert SpecAugment().apply(features, params).dtype == torch.bfloat16


def test_an_empty_batch_stays_empty(generator: torch.Generator) -> None:
    params = Gain().draw(BatchInfo(0, 16000, 16000), generator)
    assert Gain().apply(torch.zeros(0, 16000), params).shape == (0, 16000)
