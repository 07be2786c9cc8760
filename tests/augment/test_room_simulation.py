from __future__ import annotations

from pathlib import Path

import numpy as np
import pyroomacoustics
import pytest
import torch
from scipy import signal

from unheard.augment.room_bank import RoomBank
from unheard.augment.room_simulation import (
    WALL_MARGIN_M,
    Room,
    RoomOptions,
    absorption,
    compute_rooms,
    draw_room,
    impulse_response,
    simulated_rooms,
)
from unheard.errors import UsageError

LONG = RoomOptions(max_response_s=1.5)
FLAT = RoomOptions(
    max_response_s=1.5, min_bass_share=1, max_bass_share=1, min_treble_share=1, max_treble_share=1
)


def _room(rt60_s: float, seed: int, options: RoomOptions) -> tuple[Room, np.ndarray]:
    generator = np.random.default_rng(seed)
    drawn = draw_room(options, generator)
    room = Room(
        drawn.size_m, drawn.source_m, drawn.microphone_m, rt60_s, drawn.bass_share, drawn.treble_share
    )
    return room, impulse_response(room, options, generator).astype(float)


def _octave(response: np.ndarray, hz: float) -> np.ndarray:
    band = signal.butter(3, [hz / 2**0.5, hz * 2**0.5], "band", fs=16000, output="sos")
    return signal.sosfiltfilt(band, response)


@pytest.mark.parametrize(
    ("rt60_s", "tolerance"), [(0.15, 0.23), (0.3, 0.08), (0.6, 0.05), (1.0, 0.05), (2.5, 0.05)]
)
def test_the_measured_reverberation_time_is_the_wanted_one(rt60_s: float, tolerance: float) -> None:
    measured = []
    for seed in range(8):
        _, response = _room(rt60_s, seed, FLAT)
        after_direct = response[np.abs(response).argmax() :]
        measured.append(pyroomacoustics.measure_rt60(after_direct, 16000, decay_db=30))
    np.testing.assert_allclose(measured, rt60_s, rtol=2 * tolerance)
    assert np.median(measured) == pytest.approx(rt60_s, rel=tolerance)


@pytest.mark.parametrize("octave", [-1, 0, 2])
def test_each_octave_decays_at_its_own_rate(octave: int) -> None:
    ratios = []
    for seed in range(10):
        room, response = _room(0.6, seed, LONG)
        after_direct = response[np.abs(response).argmax() :]
        band = _octave(after_direct, 1000 * 2.0**octave)
        ratios.append(pyroomacoustics.measure_rt60(band, 16000, decay_db=30) / room.band_rt60_s(octave))
    assert np.median(ratios) == pytest.approx(1.0, rel=0.1)


def test_the_wall_absorption_is_that_of_eyring() -> None:
    room = Room(np.array([5.0, 4.0, 3.0]), np.ones(3), np.ones(3), 0.5, 1.0, 1.0)
    # V = 60 m3, S = 94 m2: 0.161 V / (-S ln(1 - a)) = 0.5 s
    assert absorption(room) == pytest.approx(1 - np.exp(-0.161 * 60 / (94 * 0.5)), rel=0.005)


def test_the_direct_sound_arrives_after_its_distance() -> None:
    room = Room(np.array([8.0, 6.0, 3.0]), np.array([1.0, 1, 1.5]), np.array([4.43, 1, 1.5]), 0.2, 1.0, 1.0)
    response = impulse_response(room, FLAT, np.random.default_rng(0))
    assert room.direct_time_s == pytest.approx(0.01)
    assert np.abs(response).argmax() == pytest.approx(160 + 40, abs=1)  # 40 samples of interpolation filter


def test_nearer_microphones_hear_more_direct_sound() -> None:
    near, far = (
        compute_rooms(RoomOptions(num_rooms=20, min_size_m=7, min_distance_m=d, max_distance_m=d)).responses
        for d in (0.3, 3.0)
    )
    reverberant = [bank[:, 81:].square().sum(1).median() for bank in (near, far)]
    assert 10 * torch.log10(reverberant[1] / reverberant[0]) > 10


def test_sources_and_microphones_are_inside_and_far_enough_apart() -> None:
    options = RoomOptions()
    for generator in np.random.default_rng(0).spawn(300):
        room = draw_room(options, generator)
        for place in (room.source_m, room.microphone_m):
            assert (place >= WALL_MARGIN_M).all()
            assert (place <= room.size_m - WALL_MARGIN_M).all()
        distance = np.linalg.norm(room.source_m - room.microphone_m)
        assert options.min_distance_m - 1e-9 <= distance <= options.max_distance_m


def test_a_room_is_the_same_however_many_are_asked_for() -> None:
    few, more = (compute_rooms(RoomOptions(num_rooms=count)).responses for count in (2, 4))
    assert torch.equal(few, more[:2])
    assert not torch.equal(few, compute_rooms(RoomOptions(num_rooms=2, seed=1)).responses)


def test_rooms_are_computed_once_and_read_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNHEARD_CACHE", str(tmp_path))
    options = RoomOptions(num_rooms=3)
    first = simulated_rooms(options)
    (file,) = tmp_path.iterdir()
    written = file.stat().st_mtime_ns
    again = simulated_rooms(options)
    assert isinstance(again, RoomBank)
    assert torch.equal(first.responses, again.responses)
    assert file.stat().st_mtime_ns == written
    simulated_rooms(RoomOptions(num_rooms=3, seed=9), cache_dir=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file where a folder should be")
    assert simulated_rooms(RoomOptions(num_rooms=2), cache_dir=tmp_path / "file").num_rooms == 2


def test_the_direct_sound_is_there_in_a_hall_so_large_that_it_comes_late() -> None:
    room = Room(np.array([60.0, 9, 9]), np.array([5.0, 4, 2]), np.array([55.0, 4, 2]), 0.1, 1.0, 1.0)
    response = impulse_response(room, FLAT, np.random.default_rng(0))
    assert np.abs(response).argmax() == pytest.approx(50 / 343 * 16000 + 40, abs=1)


def test_rooms_too_small_for_the_distance_are_refused() -> None:
    with pytest.raises(
        UsageError, match=r"min_size_m is 2\.0; for min_distance_m = 2 it must be at least 4\.60"
    ):
        RoomOptions(min_distance_m=2, max_distance_m=3)


def test_rooms_too_low_are_refused() -> None:
    with pytest.raises(UsageError, match=r"min_height_m is 0\.5; it must be above 0\.6"):
        RoomOptions(min_height_m=0.5)


def test_swapped_ends_are_refused() -> None:
    with pytest.raises(UsageError, match=r"min_rt60_s is 0\.9 and max_rt60_s is 0\.5"):
        RoomOptions(min_rt60_s=0.9, max_rt60_s=0.5)
