from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import signal
from torch import Tensor

from unheard.augment.base import BatchInfo
from unheard.augment.level import rms
from unheard.augment.room_bank import RoomBank
from unheard.augment.rooms import Rooms, convolved
from unheard.errors import UsageError


def test_the_convolution_agrees_with_scipy(clips: Tensor, generator: torch.Generator) -> None:
    responses = torch.randn(6, 5001, generator=generator)
    ours = convolved(clips, responses, 40)
    for row in range(6):
        theirs = signal.fftconvolve(clips[row].double().numpy(), responses[row].double().numpy())[40:16040]
        np.testing.assert_allclose(ours[row].numpy(), theirs, atol=1e-5 * np.abs(theirs).max())


def test_a_room_without_reflections_changes_nothing(clips: Tensor, info: BatchInfo) -> None:
    click = np.zeros(1000)
    click[123] = 0.7
    transform = Rooms(bank=RoomBank.from_responses([click], 16000))
    changed = transform.apply(clips, transform.draw(info, torch.Generator()))
    torch.testing.assert_close(changed, clips, atol=1e-6, rtol=1e-4)


def test_the_level_of_the_clip_comes_back(clips: Tensor, info: BatchInfo, room_bank: RoomBank) -> None:
    transform = Rooms(bank=room_bank)
    changed = transform.apply(clips, transform.draw(info, torch.Generator().manual_seed(1)))
    torch.testing.assert_close(rms(changed), rms(clips))


def test_the_direct_sound_stays_where_it_was(room_bank: RoomBank) -> None:
    click = torch.zeros(3, 16000)
    click[:, 5000] = 1
    params = {"applies": torch.ones(3, dtype=torch.bool), "room": torch.arange(3)}
    changed = Rooms(bank=room_bank).apply(click, params)
    assert changed.abs().argmax(1).tolist() == [5000] * 3


def test_every_room_is_drawn(room_bank: RoomBank, generator: torch.Generator) -> None:
    room = Rooms(bank=room_bank).draw(BatchInfo(3000, 1, 16000), generator)["room"]
    assert room.bincount(minlength=3).min() > 900


def test_clips_of_another_rate_are_refused(room_bank: RoomBank, generator: torch.Generator) -> None:
    with pytest.raises(UsageError, match="the clips have 8000 Hz and the room bank 16000 Hz"):
        Rooms(bank=room_bank).draw(BatchInfo(1, 8000, 8000), generator)
