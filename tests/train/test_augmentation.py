"""From the rows of a recipe to transforms: options are checked, what lacks its sources is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from unheard.augment.noise_bank import NoiseBank
from unheard.augment.room_bank import RoomBank
from unheard.errors import UsageError
from unheard.train.augmentation import NO_WORD, Augmentation, Sources, build_augmentation
from unheard.train.recipe import TransformRow

RATE = 8000
UNKNOWN = 9


def build(*rows: dict[str, Any], has_unknown: bool = True, **banks: Any) -> Augmentation:
    return build_augmentation(
        [TransformRow(**row) for row in rows], Sources(RATE, **banks), has_unknown=has_unknown
    )


def changed(augmentation: Augmentation, samples: Tensor, classes: list[int]) -> tuple[Tensor, list[int]]:
    generator = torch.Generator().manual_seed(0)
    samples, now = augmentation.change_samples(samples, torch.tensor(classes), UNKNOWN, RATE, generator)
    return samples, now.tolist()


@pytest.fixture
def bank() -> NoiseBank:
    return NoiseBank.from_recordings([np.random.default_rng(0).normal(0, 0.1, 4000)])


@pytest.fixture
def clips() -> Tensor:
    """(4, 800): tones of 200, 400, 600 and 800 Hz."""
    time_s = torch.arange(800) / RATE
    return 0.5 * torch.sin(2 * torch.pi * time_s * torch.tensor([[200.0], [400.0], [600.0], [800.0]]))


def test_transforms_of_samples_and_of_features_keep_their_order() -> None:
    built = build({"transform": "gain"}, {"transform": "spec_augment"}, {"transform": "time_shift"})
    assert [step.name for step in built.samples.transforms] == ["gain", "time_shift"]
    assert [step.name for step in built.features.transforms] == ["spec_augment"]
    assert built.skipped == ()


def test_options_reach_the_transform(clips: Tensor) -> None:
    built = build({"transform": "gain", "min_gain_db": -20, "max_gain_db": -20.0, "p": 1})
    torch.testing.assert_close(changed(built, clips, [0, 1, 2, 3])[0], clips / 10)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"transform": "time_shfit"}, "Unknown transform 'time_shfit'. Did you mean 'time_shift'"),
        (
            {"transform": "time_shift", "max_shift_s": 1},
            "Transform 'time_shift': Unknown option 'max_shift_s'. Did you mean 'max_shift_ms'",
        ),
        ({"transform": "noise", "bank": 3}, "Transform 'noise': Unknown option 'bank'"),
        ({"transform": "gain", "min_gain_db": "low"}, "'gain': min_gain_db is 'low'; it takes a number"),
        ({"transform": "spec_augment", "max_bins": 2.5}, "max_bins is 2.5; it takes a whole number"),
        ({"transform": "gain", "min_gain_db": 9}, "gain: min_gain_db is 9 and max_gain_db is 6"),
        ({"transform": "mixup"}, "'mixup' mixes labels too. Set training.mixup_alpha"),
    ],
)
def test_what_cannot_work_is_told(row: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message.replace(".", r"\.")):
        build(row)


def test_what_the_corpus_has_no_recordings_for_is_skipped_and_named() -> None:
    built = build({"transform": "noise"}, {"transform": "babble"}, {"transform": "gain"})
    assert [step.name for step in built.samples.transforms] == ["gain"]
    assert built.skipped == (
        "noise: the corpus has no recordings for it",
        "babble: the corpus has no recordings for it",
    )


def test_options_of_what_is_skipped_are_checked_too() -> None:
    with pytest.raises(UsageError, match="Did you mean 'min_snr_db'"):
        build({"transform": "noise", "min_snr": 3})


def test_values_of_what_is_skipped_are_checked_too() -> None:
    with pytest.raises(UsageError, match="noise: vary_p is 2; it is a share"):
        build({"transform": "noise", "vary_p": 2})


def test_noise_babble_and_rooms_draw_from_their_own_banks(bank: NoiseBank) -> None:
    speech = NoiseBank.from_recordings([np.ones(900)])
    rooms = RoomBank.from_responses([np.array([1.0, 0.5])], RATE)
    rows = [{"transform": name} for name in ("noise", "babble", "rooms")]
    built = build(*rows, noise=bank, speech=speech, rooms=rooms)
    assert [step.bank for step in built.samples.transforms] == [bank, speech, rooms]  # type: ignore[attr-defined]


def test_a_word_backwards_is_unknown(clips: Tensor) -> None:
    samples, classes = changed(build({"transform": "reverse"}), clips, [0, 1, 2, 2])
    assert classes == [UNKNOWN] * 4
    torch.testing.assert_close(samples, clips.flip(1))


def test_only_words_that_were_changed_become_unknown(clips: Tensor) -> None:
    many, words = clips.repeat(25, 1), [0, 1, 2, 2] * 25
    samples, classes = changed(build({"transform": "reverse", "p": 0.5}), many, words)
    is_changed = (samples != many).any(1).tolist()
    assert 30 < sum(is_changed) < 70
    expected = [UNKNOWN if now else word for now, word in zip(is_changed, words, strict=True)]
    assert classes == expected


def test_transforms_that_keep_the_word_keep_its_class(clips: Tensor, bank: NoiseBank) -> None:
    built = build({"transform": "time_shift"}, {"transform": "gain"}, {"transform": "noise"}, noise=bank)
    assert changed(built, clips, [0, 1, 2, 3])[1] == [0, 1, 2, 3]


def test_silence_backwards_is_silence_and_half_a_word_in_silence_is_not(clips: Tensor) -> None:
    clips[3] = 0
    words = [0, 1, 2, NO_WORD]
    assert changed(build({"transform": "reverse"}), clips, words)[1] == [UNKNOWN] * 3 + [NO_WORD]
    spliced, classes = changed(build({"transform": "splice"}), clips, words)
    assert spliced[3].any()
    assert classes == [UNKNOWN] * 4


@pytest.mark.parametrize("name", ["reverse", "splice"])
def test_non_words_are_made_only_for_a_model_that_has_a_class_for_them(name: str) -> None:
    built = build({"transform": name}, has_unknown=False)
    assert built.samples.transforms == ()
    assert built.skipped == (f"{name}: the model has no class _unknown_",)


def test_the_same_seed_changes_features_alike() -> None:
    built = build({"transform": "spec_augment", "max_bins": 5, "max_frames": 9})
    features = torch.rand(8, 40, 30, generator=torch.Generator().manual_seed(0))
    before = features.clone()
    one, other, another = (
        built.change_features(features, RATE, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    )
    assert torch.equal(one, other)
    assert not torch.equal(one, another)
    assert torch.equal(features, before)
