from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from unheard.augment.room_bank import RoomBank
from unheard.errors import AudioError, UsageError


def _response(delay: int, direct: float, length: int = 3000) -> np.ndarray:
    response = np.zeros(length)
    response[delay] = direct
    response[delay + 500] = direct / 2
    return response


def test_all_direct_sounds_lie_at_one_tap_with_energy_one() -> None:
    bank = RoomBank.from_responses([_response(0, 1.0), _response(700, -0.01), _response(2000, 30.0)], 16000)
    assert bank.lead_samples == 40
    direct = bank.responses[:, 40]
    torch.testing.assert_close(direct, torch.tensor([1.0, -1.0, 1.0]))
    torch.testing.assert_close(bank.responses[:, 540], direct / 2)
    assert bank.responses.count_nonzero() == 6


def test_a_reflection_that_is_stronger_than_the_direct_sound_is_not_taken_for_it() -> None:
    response = _response(100, 0.5)
    response[900] = 1.0
    bank = RoomBank.from_responses([response], 16000)
    torch.testing.assert_close(bank.responses[0, [40, 840]], torch.tensor([1.0, 2.0]))


def test_what_comes_later_than_the_limit_is_cut() -> None:
    bank = RoomBank.from_responses([np.ones(9000)], 16000, max_response_s=0.25)
    assert bank.responses.shape == (1, 40 + 4000)


def test_two_banks_are_joined_at_the_longer_length() -> None:
    short = RoomBank.from_responses([_response(0, 1.0, 1000)], 16000)
    long = RoomBank.from_responses([_response(0, 1.0, 4000)], 16000)
    both = short.joined(long)
    assert both.responses.shape == (2, 4040)
    assert torch.equal(both.responses[0, 1040:], torch.zeros(3000))


def test_banks_of_different_rates_are_not_joined() -> None:
    with pytest.raises(UsageError, match="have 16000 and 8000 Hz"):
        RoomBank.from_responses([np.ones(9)], 16000).joined(RoomBank.from_responses([np.ones(9)], 8000))


def test_an_empty_bank_is_refused() -> None:
    with pytest.raises(UsageError, match="The room bank is empty"):
        RoomBank.from_responses([], 16000)


def test_a_silent_response_is_refused() -> None:
    with pytest.raises(UsageError, match="is silent; leave it out"):
        RoomBank.from_responses([np.zeros(100)], 16000)


def test_a_file_that_is_no_audio_is_named(tmp_path: Path) -> None:
    (tmp_path / "room.wav").write_bytes(b"no audio")
    with pytest.raises(AudioError, match=r"room\.wav"):
        RoomBank.from_files([tmp_path / "room.wav"], 16000)


def test_each_channel_with_sound_is_a_response(tmp_path: Path) -> None:
    channels = np.stack([_response(10, 0.5), np.zeros(3000), _response(50, 0.25)], axis=1)
    soundfile.write(tmp_path / "room.wav", channels, 16000, subtype="FLOAT")
    bank = RoomBank.from_files([tmp_path / "room.wav"], 16000)
    assert bank.num_rooms == 2
    torch.testing.assert_close(bank.responses[0], bank.responses[1])


def test_measured_rooms_are_read_at_the_working_rate(data_dir: Path) -> None:
    bank = RoomBank.from_files(sorted((data_dir / "rooms").glob("*.flac")), 16000, max_response_s=1.0)
    assert bank.num_rooms == 12
    assert bank.responses.shape == (12, 16040)
    energy = bank.responses[:, :81].square().sum(1)
    torch.testing.assert_close(energy, torch.ones(12))
