"""Reverberation and distance against what acoustics says of them."""

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from unheard.diagnose.stressors.distance import DISTANCE, REFERENCE_M, T60_S, responses_at
from unheard.diagnose.stressors.reverberation import REVERBERATION, rooms_of

RATE = 16000


def schroeder_t60_s(response):
    """T60 of the octave at 1 kHz from the line through -5 to -25 dB of the energy integrated backwards."""
    band = sosfiltfilt(butter(3, (707, 1414), "bandpass", fs=RATE, output="sos"), response)
    left = np.cumsum(np.square(band)[::-1])[::-1]
    left_db = 10 * np.log10(left / left[0] + 1e-12)
    rows = np.flatnonzero((left_db <= -5) & (left_db >= -25))
    slope = np.polyfit(rows / RATE, left_db[rows], 1)[0]
    return -60 / slope


@pytest.mark.parametrize("t60_s", REVERBERATION.severities)
def test_rooms_have_the_stated_reverberation_time(t60_s):
    measured = [schroeder_t60_s(one) for one in rooms_of(t60_s, RATE).responses.numpy()]
    assert np.median(measured) == pytest.approx(t60_s, rel=0.1)


def test_reverberation_keeps_the_level_and_rings_on_into_the_padding(clips):
    wet = REVERBERATION.apply(clips, RATE, 0.9, np.random.default_rng(0))
    assert wet.std(axis=1) == pytest.approx(clips.std(axis=1), rel=0.01)
    assert (np.abs(wet[10:, int(0.62 * RATE) : int(0.7 * RATE)]).max(axis=1) > 1e-4).all()


def measure(distance_m):
    """Energy of the direct sound (1 ms around it) and of all that follows, both `(rooms,)`."""
    bank = responses_at(distance_m, RATE)
    power = np.square(bank.responses.numpy().astype(np.float64))
    end = bank.lead_samples + RATE // 1000
    return power[:, :end].sum(axis=1), power[:, end:].sum(axis=1)


def test_the_direct_sound_falls_by_6_db_a_doubling_and_the_room_takes_over():
    both = [measure(distance_m) for distance_m in DISTANCE.severities]
    direct_db = [10 * np.log10(np.median(direct)) for direct, _ in both]
    expected_db = [20 * np.log10(REFERENCE_M / distance_m) for distance_m in DISTANCE.severities]
    assert direct_db == pytest.approx(expected_db, abs=0.5)
    ratio_db = [10 * np.log10(np.median(direct / room)) for direct, room in both]
    volume_m3 = 7.25 * 5.0 * 2.7
    critical_m = 0.057 * np.sqrt(volume_m3 / T60_S)  # where direct and diffuse sound are equal
    expected_db = -20 * np.log10(np.array(DISTANCE.severities) / critical_m)
    assert ratio_db == pytest.approx(expected_db, abs=3.0)


def test_distance_makes_clips_as_faint_as_direct_and_diffuse_sound_together_are(clips):
    for distance_m in DISTANCE.severities:
        far = DISTANCE.apply(clips, RATE, distance_m, np.random.default_rng(0))
        direct, room = measure(distance_m)
        expected_db = 10 * np.log10(np.mean(direct + room))
        assert 20 * np.log10(far[:10].std() / clips[:10].std()) == pytest.approx(expected_db, abs=2.0)
