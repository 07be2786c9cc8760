"""What a clip goes through under each condition, measured on what comes out; all models hear the same."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from unheard.augment.chain import Chain
from unheard.augment.conditions import BATCH, CLEAN, conditions, under_condition
from unheard.augment.level import speech_level
from unheard.augment.noise_bank import NoiseBank
from unheard.augment.room_bank import RoomBank
from unheard.augment.room_simulation import RoomOptions, simulated_rooms

RATE = 8000
NAMES = ["clean", "noise 20 dB", "noise 10 dB", "noise 0 dB", "reverberation", "telephone", "level -26 dB"]


@pytest.fixture(scope="module")
def chains() -> dict[str, Chain]:
    return conditions(RATE)


@pytest.fixture(scope="module")
def words() -> NDArray[np.int16]:
    """(250, 4000): bursts of tones of several levels in silence; more than a batch."""
    random, time_s = np.random.default_rng(3), np.arange(4000) / RATE
    clips = np.zeros((250, 4000))
    for clip in clips:
        tone = np.sin(2 * np.pi * random.uniform(400, 3000) * time_s)
        begin = random.integers(500, 1500)
        clip[begin : begin + 2000] = 10 ** random.uniform(-1.5, -0.3) * tone[:2000]
    return np.rint(32768 * clips).astype(np.int16)


def heard(words: NDArray[np.int16], chain: Chain, seed: int = 1) -> NDArray[np.int16]:
    return np.concatenate(list(under_condition(words, chain, RATE, seed)))


def test_there_are_the_seven_of_the_table(chains: dict[str, Chain]) -> None:
    assert list(chains) == NAMES


def test_clean_clips_are_left_alone(words: NDArray[np.int16], chains: dict[str, Chain]) -> None:
    found = heard(words, chains[CLEAN])
    assert found.dtype == np.int16
    np.testing.assert_array_equal(found, words)


def test_batches_are_not_larger_than_they_may_be(words: NDArray[np.int16], chains: dict[str, Chain]) -> None:
    assert [len(batch) for batch in under_condition(words, chains[CLEAN], RATE, 0)] == [BATCH, 50]


@pytest.mark.parametrize("name", NAMES)
def test_every_model_hears_the_same_clips(
    words: NDArray[np.int16], chains: dict[str, Chain], name: str
) -> None:
    found = heard(words, chains[name])
    assert (found.shape, found.dtype) == (words.shape, np.int16)
    torch.manual_seed(99)  # what else draws must not matter
    np.testing.assert_array_equal(found, heard(words, chains[name]))


@pytest.mark.parametrize("name", NAMES)
def test_a_clip_sounds_the_same_whatever_comes_after_it(
    words: NDArray[np.int16], chains: dict[str, Chain], name: str
) -> None:
    whole = heard(words, chains[name]).astype(int)
    for count in (1, 199, 230):
        difference = heard(words[:count], chains[name]) - whole[:count]
        assert np.abs(difference).max() <= 1  # a convolution of fewer rows may round otherwise


@pytest.mark.parametrize("name", NAMES[1:6])
def test_another_seed_is_another_draw(words: NDArray[np.int16], chains: dict[str, Chain], name: str) -> None:
    assert not np.array_equal(heard(words, chains[name]), heard(words, chains[name], seed=2))


def snr_db(words: NDArray[np.int16], noisy: NDArray[np.int16]) -> NDArray[np.float64]:
    """Speech level over the rms of what was added, for clips that were not clipped."""
    speech = torch.from_numpy(words.astype(np.float32))
    noise = (noisy.astype(np.int32) - words).astype(float)
    whole = np.abs(noisy.astype(np.int32)).max(axis=1) < 32767
    levels = speech_level(speech, RATE).numpy() / np.sqrt((noise**2).mean(axis=1))
    return 20 * np.log10(levels[whole])


@pytest.mark.parametrize("wanted_db", [20, 10, 0])
def test_noise_is_as_far_below_the_speech_as_its_name_says(
    words: NDArray[np.int16], chains: dict[str, Chain], wanted_db: int
) -> None:
    found = snr_db(words, heard(words, chains[f"noise {wanted_db} dB"]))
    assert len(found) > 200
    np.testing.assert_allclose(found, wanted_db, atol=0.1)  # rounding to 16 bits is all there is besides


def test_recorded_noise_is_used_where_there_is_some(words: NDArray[np.int16]) -> None:
    bank = NoiseBank.from_recordings([0.1 * np.sin(2 * np.pi * 1000 * np.arange(32_000) / RATE)])
    noisy = heard(words, conditions(RATE, noise=bank)["noise 10 dB"])
    np.testing.assert_allclose(snr_db(words, noisy), 10, atol=0.1)
    power = np.abs(np.fft.rfft(noisy.astype(int) - words, axis=1)) ** 2
    assert (power[:, 498:503].sum(axis=1) / power.sum(axis=1)).mean() > 0.95  # 1 kHz, and nothing else


def test_recorded_rooms_are_used_where_there_are_some(words: NDArray[np.int16]) -> None:
    echo = np.zeros(801)
    echo[[0, 800]] = 1.0
    rooms = RoomBank.from_responses([echo], RATE)
    found = heard(words, conditions(RATE, rooms=rooms)["reverberation"]).astype(float)
    expected = words + np.pad(words, ((0, 0), (800, 0)))[:, :-800].astype(float)
    expected *= np.sqrt((words.astype(float) ** 2).sum(1) / (expected**2).sum(1))[:, None]  # level is kept
    np.testing.assert_allclose(found, np.clip(expected, -32768, 32767), atol=2)


def test_a_room_rings_on_after_the_word(words: NDArray[np.int16], chains: dict[str, Chain]) -> None:
    found = heard(words, chains["reverberation"]).astype(float)
    ends = np.array([np.flatnonzero(clip)[-1] for clip in words])
    after = np.array([clip[end + 80 : end + 400].std() for clip, end in zip(found, ends, strict=True)])
    assert (after > 1e-3 * found.std(axis=1)).mean() > 0.95
    assert all(not clip[end + 80 :].any() for clip, end in zip(words, ends, strict=True))


def test_the_telephone_takes_what_is_outside_its_band(chains: dict[str, Chain]) -> None:
    time_s = np.arange(4000) / RATE
    tones = [np.sin(2 * np.pi * hz * time_s) for hz in (60, 1000)]
    low, middle = heard(np.rint(8000 * np.stack(tones)).astype(np.int16), chains["telephone"]).astype(float)
    assert 20 * np.log10(low.std() / middle.std()) < -12


def test_the_faint_clips_are_26_db_below(words: NDArray[np.int16], chains: dict[str, Chain]) -> None:
    found = heard(words, chains["level -26 dB"])
    assert np.abs(found - words * 10 ** (-26 / 20)).max() <= 0.5001


def test_what_is_too_loud_is_clipped_and_never_wraps() -> None:
    loud = np.full((2, 800), 32767, np.int16)
    loud[1] = -32768
    noisy = heard(loud, conditions(RATE)["noise 0 dB"])
    assert noisy[0].max() == 32767
    assert noisy[1].min() == -32768
    assert (noisy[0] > -32768).mean() > 0.5


def test_the_rooms_are_not_those_of_training() -> None:
    (transform,) = conditions(RATE)["reverberation"].transforms
    tested = transform.bank.responses  # type: ignore[attr-defined]
    trained = simulated_rooms(RoomOptions(sample_rate=RATE, num_rooms=50)).responses
    length = min(tested.shape[1], trained.shape[1])
    assert not (tested[:, None, :length] == trained[None, :, :length]).all(dim=2).any()
