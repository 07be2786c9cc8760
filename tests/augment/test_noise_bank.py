from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from unheard.augment.base import BatchInfo
from unheard.augment.noise_bank import NoiseBank
from unheard.errors import UsageError

LENGTHS = (5000, 700, 320, 1000)


@pytest.fixture
def counting_bank() -> NoiseBank:
    """Sample k of recording i is (1000 + k) / 32768 * (-1)^i, so a sample tells where it came from."""
    recordings = [(1000 + np.arange(n)) / 32768 * (-1) ** i for i, n in enumerate(LENGTHS)]
    return NoiseBank.from_recordings(recordings)


def test_pieces_lie_inside_one_recording_and_short_ones_are_looped(
    counting_bank: NoiseBank, generator: torch.Generator
) -> None:
    draw = counting_bank.draw(BatchInfo(300, 800, 16000), generator)
    pieces = counting_bank.pieces(**draw, num_samples=800) * 32768
    for piece, recording, start in zip(pieces.numpy(), *[draw[k].tolist() for k in draw], strict=True):
        expected = 1000 + (start + np.arange(800)) % LENGTHS[recording]
        np.testing.assert_array_equal(piece, expected * (-1) ** recording)
        assert LENGTHS[recording] < 800 or start + 800 <= LENGTHS[recording]


def test_pieces_shorter_than_every_recording_are_plain_slices(counting_bank: NoiseBank) -> None:
    pieces = counting_bank.pieces(torch.tensor([0, 2]), torch.tensor([4700, 20]), 300)
    assert (pieces[0] * 32768).tolist() == list(range(5700, 6000))
    assert (pieces[1] * 32768).tolist() == list(range(1020, 1320))


def test_every_recording_is_equally_likely(counting_bank: NoiseBank, generator: torch.Generator) -> None:
    recording = counting_bank.draw(BatchInfo(8000, 800, 16000), generator)["recording"]
    counts = recording.bincount(minlength=4)
    assert counts.min() > 1850


def test_the_last_possible_start_is_drawn(generator: torch.Generator) -> None:
    bank = NoiseBank.from_recordings([np.ones(12)])
    starts = bank.draw(BatchInfo(500, 10, 16000), generator)["start_samples"]
    assert starts.unique().tolist() == [0, 1, 2]


def test_read_as_one_recording_pieces_cross_the_borders(counting_bank: NoiseBank) -> None:
    stream = counting_bank.as_one()
    piece = stream.pieces(torch.tensor([0]), torch.tensor([4999]), 2) * 32768
    assert stream.num_recordings == 1
    assert piece.tolist() == [[5999.0, -1000.0]]


def test_digital_silence_is_left_out() -> None:
    sound = np.random.default_rng(0).uniform(0.1, 0.9, 3200)
    padded = np.concatenate([np.zeros(3200), sound, np.zeros(6400), sound, np.full(16000, 1e-6)])
    bank = NoiseBank.from_recordings([padded, np.zeros(500)], dtype=torch.float32)
    assert bank.offsets.tolist() == [0, 6400]
    np.testing.assert_allclose(bank.samples, np.tile(sound, 2), rtol=1e-6)


def test_int16_recordings_are_taken_as_they_are() -> None:
    recording = np.array([-32768, 5, 32767], np.int16)
    assert NoiseBank.from_recordings([recording]).samples.tolist() == recording.tolist()


def test_samples_beyond_full_scale_are_clipped_and_do_not_wrap() -> None:
    assert NoiseBank.from_recordings([np.array([1.5, -1.5])]).samples.tolist() == [32767, -32768]


@pytest.mark.parametrize("recordings", [[], [np.zeros(100)], [np.zeros(0)]])
def test_a_bank_without_sound_is_refused(recordings: list[np.ndarray]) -> None:
    with pytest.raises(UsageError, match=rf"noise bank is empty: of {len(recordings)} recordings none holds"):
        NoiseBank.from_recordings(recordings)


def test_a_recording_without_samples_is_named() -> None:
    with pytest.raises(UsageError, match="Recording 1 of the noise bank has no samples"):
        NoiseBank(torch.ones(5), torch.tensor([0, 5, 5]))


def test_files_are_read_at_the_working_rate(data_dir: Path) -> None:
    sneezes = sorted((data_dir / "noise" / "person_sneeze").glob("*.flac"))
    bank = NoiseBank.from_files(sneezes, 16000)
    assert bank.num_recordings == len(sneezes) == 7
    assert bank.offsets[-1] < 7 * 80000 * 0.8  # these clips are padded with digital silence to 5 s
    assert bank.samples.abs().max() > 3000


@pytest.mark.parametrize("speed", [0.5, 1.5, -2.0])
def test_at_another_speed_a_recording_is_read_in_straight_lines_round_and_round(speed: float) -> None:
    recording = torch.arange(100, dtype=torch.float32) / 100 + 0.005
    bank = NoiseBank.from_recordings([torch.ones(7), recording], dtype=torch.float32)
    read = bank.pieces_at_speed(torch.tensor([1]), torch.tensor([30]), torch.tensor([speed]), 300)
    place = (30 + speed * np.arange(300)) % 100
    expected = np.interp(place, np.arange(101), np.append(recording.numpy(), recording[0].item()))
    np.testing.assert_allclose(read[0].numpy(), expected, atol=1e-6)
