"""Babble, steady noise and noise of places: at the stated ratio, over the whole window, of the right kind."""

from itertools import pairwise

import numpy as np
import polars as pl
import pytest
import soundfile

from unheard.augment.noise_bank import NoiseBank
from unheard.corpus.table import Corpus
from unheard.diagnose.stressors.babble import babble
from unheard.diagnose.stressors.noise import noise, recordings_below, recordings_of
from unheard.diagnose.stressors.steady_noise import steady_noise
from unheard.errors import UsageError

RATE = 16000


def added(stressor, clips, snr_db, seed=0):
    return stressor.apply(clips, RATE, snr_db, np.random.default_rng(seed)) - clips


def ratio_db(clips, noise):
    """By hand: rms over the 20 ms frames within 25 dB of the loudest, over rms of the whole noise."""
    frames = np.square(clips.astype(np.float64)).reshape(len(clips), -1, 320).mean(axis=2)
    loud = frames > frames.max(axis=1, keepdims=True) / 10**2.5
    speech = (frames * loud).sum(axis=1) / loud.sum(axis=1)
    return 10 * np.log10(speech / np.square(noise.astype(np.float64)).mean(axis=1))


@pytest.fixture(scope="module")
def kinds(clips, speakers):
    hum = np.sin(np.arange(5 * RATE) / 7).astype(np.float32)
    return {
        "babble": babble(clips, speakers, speakers),
        "steady": steady_noise(clips),
        "recorded": noise(NoiseBank.from_recordings([0.1 * hum])),
        "unsteady": noise(None),
    }


def test_the_ratio_is_the_stated_one(kinds, clips):
    for stressor in kinds.values():
        for snr_db in (20.0, 10.0, 0.0):
            assert ratio_db(clips, added(stressor, clips, snr_db)) == pytest.approx(snr_db, abs=0.05)


def test_the_noise_is_the_same_at_every_ratio_but_for_its_level(kinds, clips):
    for stressor in kinds.values():
        mild, harsh = added(stressor, clips, 20.0), added(stressor, clips, 0.0)
        assert np.allclose(mild * 10, harsh, atol=1e-4)


def test_noise_covers_the_padding_too(kinds, clips):
    for name, stressor in kinds.items():
        behind = added(stressor, clips, 10.0)[10:]
        padding, word = behind[:, int(0.6 * RATE) :].std(axis=1), behind[:, : int(0.6 * RATE)].std(axis=1)
        assert (padding > 0.2 * word).all(), name


def test_babble_is_other_people(speakers):
    own_hz = 300 + 200 * np.arange(6)
    time_s = np.arange(RATE) / RATE
    voices = np.stack([np.sin(2 * np.pi * own_hz[n // 2] * time_s) for n in range(12)]).astype(np.float32)
    behind = added(babble(voices, speakers, speakers), voices, 0.0)
    power = np.square(np.abs(np.fft.rfft(behind)))
    for number in range(12):
        by_speaker = power[number, own_hz]
        assert by_speaker[number // 2] < 1e-6 * by_speaker.max()
        assert (by_speaker > 1e-3 * by_speaker.max()).sum() >= 2


def test_a_speaker_who_is_no_voice_hears_anyone(clips, speakers):
    stressor = babble(clips, speakers, ["nobody"] * 12)
    assert ratio_db(clips, added(stressor, clips, 5.0)) == pytest.approx(5.0, abs=0.05)


def test_steady_noise_has_the_spectrum_of_the_speech_and_an_even_level(kinds, clips):
    behind = added(kinds["steady"], np.tile(clips, (8, 1)), 0.0)
    edges = np.geomspace(80, 7000, 9)

    def bands_db(samples):
        power = np.square(np.abs(np.fft.rfft(samples)))
        power = (power / power.sum(axis=1, keepdims=True)).mean(axis=0)
        hz = np.fft.rfftfreq(RATE, 1 / RATE)
        return [10 * np.log10(power[(hz >= low) & (hz < high)].sum()) for low, high in pairwise(edges)]

    assert bands_db(behind) == pytest.approx(bands_db(clips), abs=1.0)
    halves = behind.reshape(len(behind), 2, -1).std(axis=2)
    assert 20 * np.log10(halves[:, 0] / halves[:, 1]).mean() == pytest.approx(0, abs=0.5)


def test_unsteady_noise_swells_more_than_steady_noise(kinds, clips):
    def wander_db(name):
        frames = added(kinds[name], clips, 0.0).reshape(len(clips), 5, -1).std(axis=2)
        return (20 * np.log10(frames)).std(axis=1).mean()

    assert wander_db("unsteady") > 2 * wander_db("steady")


def test_noise_comes_from_the_last_tenth_of_the_recordings_of_a_corpus(tmp_path):
    samples = np.concatenate([np.full(9 * RATE, 0.5), np.full(RATE, -0.25)]).astype(np.float32)
    soundfile.write(tmp_path / "fan.wav", samples, RATE)
    rows = {"id": ["fan"], "path": [str(tmp_path / "fan.wav")], "duration_s": [10.0], "sample_rate": [RATE]}
    corpus = Corpus(pl.DataFrame({**rows, "role": ["noise"]}))
    bank = recordings_of(corpus, RATE)
    assert (bank.samples == -8192).all()
    assert recordings_of(corpus.filter(pl.col("role") == "utterance"), RATE) is None


def test_noise_may_come_from_a_folder(tmp_path):
    with pytest.raises(UsageError, match="No recordings of noise in"):
        recordings_below(tmp_path, RATE)
    (tmp_path / "deep").mkdir()
    soundfile.write(tmp_path / "deep" / "rain.wav", np.full(RATE, 0.25), RATE)
    assert (recordings_below(tmp_path, RATE).samples == 8192).all()
