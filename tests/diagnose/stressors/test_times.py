"""Offset, speed and pitch against the frequency of a tone and the place of a click."""

import numpy as np
import pytest

from unheard.diagnose.stressors.offset import EARLY, LATE
from unheard.diagnose.stressors.pitch import DEEPER, HIGHER
from unheard.diagnose.stressors.room_tone import room_tone
from unheard.diagnose.stressors.speed import FASTER, SLOWER
from unheard.diagnose.stressors.stretch import stretched

RATE = 16000


def put_through(stressor, clips, severity, seed=0):
    return stressor.apply(clips, RATE, severity, np.random.default_rng(seed))


def test_a_late_word_is_the_same_word_later_and_loses_its_end(clips):
    late = put_through(LATE, clips, 200.0)
    assert (late[:, 3200:] == clips[:, :-3200]).all()
    early = put_through(EARLY, clips, 200.0)
    assert (early[:, :-3200] == clips[:, 3200:]).all()


def test_the_gap_holds_the_background_of_the_clip(clips):
    """The clips begin with noise of a standard deviation of 0.0008; two end with digital silence."""
    late, early = put_through(LATE, clips, 300.0), put_through(EARLY, clips, 300.0)
    assert late[:, :4800].std(axis=1) == pytest.approx(0.0008, rel=0.15)
    assert early[:10, -4800:].std(axis=1) == pytest.approx(0.0008, rel=0.15)
    assert (early[10:, -4800:] == 0).all()


def test_the_background_has_its_colour():
    random = np.random.default_rng(3)
    noise = np.fft.irfft(
        np.fft.rfft(random.standard_normal((40, RATE))) / (1 + np.arange(RATE // 2 + 1) / 500)
    )
    made = room_tone(noise.astype(np.float32), 3000, "before", RATE, random)

    def tilt_db(samples):
        power = np.square(np.abs(np.fft.rfft(samples, axis=1))).mean(axis=0)
        hz = np.fft.rfftfreq(samples.shape[1], 1 / RATE)
        return 10 * np.log10(power[hz < 500].mean() / power[hz > 4000].mean())

    assert tilt_db(made) == pytest.approx(tilt_db(noise), abs=1.5)


@pytest.mark.parametrize("factor", [*FASTER.severities, *SLOWER.severities])
def test_speed_multiplies_the_frequency_of_a_tone_and_keeps_the_middle(tone, strongest_hz, factor):
    assert strongest_hz(put_through(FASTER, tone(1000), factor)[0]) == pytest.approx(1000 * factor, rel=0.001)
    click = np.zeros((1, RATE + 1), np.float32)
    click[:, RATE // 2] = 1
    assert np.abs(put_through(FASTER, click, factor)).argmax() == pytest.approx(RATE // 2, abs=1)


def test_what_is_faster_is_shorter_between_its_own_background(clips):
    fast = put_through(FASTER, clips[:10], 1.5)
    loud = np.abs(fast) > 0.02
    for clip, before in zip(loud, np.abs(clips[:10]) > 0.02, strict=True):
        spans = [np.flatnonzero(row)[[0, -1]] for row in (clip, before)]
        assert np.diff(spans[0]) == pytest.approx(np.diff(spans[1]) / 1.5, rel=0.03)
    assert fast[:, :2000].std(axis=1) == pytest.approx(0.0008, rel=0.2)
    assert fast[:, -2000:].std(axis=1) == pytest.approx(0.0008, rel=0.2)


@pytest.mark.parametrize(("stressor", "sign"), [(HIGHER, 1), (DEEPER, -1)])
@pytest.mark.parametrize("semitones", [2.0, 4.0, 6.0])
def test_pitch_moves_by_semitones_and_the_length_stays(tone, strongest_hz, stressor, sign, semitones):
    clip = tone(440)
    moved = put_through(stressor, clip, semitones)
    assert strongest_hz(moved[0]) == pytest.approx(440 * 2 ** (sign * semitones / 12), rel=0.004)
    envelope = np.square(moved[0]).reshape(20, -1).mean(axis=1)
    assert envelope == pytest.approx(np.square(clip[0]).reshape(20, -1).mean(axis=1), abs=0.02)


def test_words_stay_where_they_are_at_another_pitch(clips):
    for stressor in (HIGHER, DEEPER):
        moved = put_through(stressor, clips, 4.0)
        for before, after in zip(clips, moved, strict=True):
            energy = [np.square(x.astype(np.float64)).reshape(50, -1).sum(axis=1) for x in (before, after)]
            assert np.corrcoef(*energy)[0, 1] > 0.9


@pytest.mark.parametrize("factor", [0.7, 1.0, 1.4])
def test_stretching_keeps_the_pitch_and_multiplies_the_length(tone, strongest_hz, factor):
    clip = np.sin(2 * np.pi * 300 * np.arange(RATE) / RATE).astype(np.float32)[None]
    longer = stretched(clip, factor, RATE)
    assert longer.shape == (1, round(factor * RATE))
    middle = longer[0, 2000 : len(longer[0]) - 2000]
    assert np.abs(middle).max() < 1.1
    assert np.sqrt(np.square(middle).mean()) == pytest.approx(0.707, abs=0.03)
    count = np.sum((middle[:-1] < 0) & (middle[1:] >= 0))
    assert count / (len(middle) / RATE) == pytest.approx(300, rel=0.01)
