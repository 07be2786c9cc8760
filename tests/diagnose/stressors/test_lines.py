"""Microphone, level, converters and lines against closed forms."""

import numpy as np
import pytest

from unheard.diagnose.stressors.band_limit import band_limit
from unheard.diagnose.stressors.clipping import CLIPPING
from unheard.diagnose.stressors.dc_offset import DC_OFFSET
from unheard.diagnose.stressors.level import FAINT, LOUD
from unheard.diagnose.stressors.microphone import MICROPHONE
from unheard.diagnose.stressors.mu_law import MU_LAW
from unheard.diagnose.stressors.packet_loss import PACKET_BURSTS, PACKET_LOSS
from unheard.diagnose.stressors.quantisation import QUANTISATION
from unheard.diagnose.stressors.resamplers import resamplers
from unheard.diagnose.stressors.telephone import TELEPHONE

RATE = 16000


def put_through(stressor, clips, severity, seed=0):
    return stressor.apply(clips, RATE, severity, np.random.default_rng(seed))


def test_a_microphone_bends_the_spectrum_within_its_limits_and_twice_as_much_in_db():
    click = np.zeros((20, RATE), np.float32)
    click[:, RATE // 2] = 1
    mild, harsh = (
        20 * np.log10(np.abs(np.fft.rfft(put_through(MICROPHONE, click, gain_db)))) for gain_db in (6.0, 12.0)
    )
    assert np.abs(mild).max() == pytest.approx(6, abs=0.3)
    assert np.allclose(2 * mild[:, 100:7900], harsh[:, 100:7900], atol=0.4)


def test_a_band_limit_is_3_db_down_at_its_edge_and_steep_above():
    click = np.zeros((1, RATE), np.float32)
    click[:, RATE // 2] = 1
    response_db = 20 * np.log10(np.abs(np.fft.rfft(put_through(band_limit(RATE), click, 4000.0)[0])) + 1e-9)
    assert response_db[4000] == pytest.approx(-3, abs=0.2)
    assert response_db[:3600] == pytest.approx(0, abs=0.2)
    assert (response_db[5000:] < -25).all()
    assert np.abs(put_through(band_limit(RATE), click, 2000.0)[0]).argmax() == RATE // 2


def test_a_band_limit_needs_treble():
    assert band_limit(8000).severities == (3000.0, 2000.0)
    assert band_limit(4000) is None


def test_a_telephone_passes_its_band_only(tone, band_db):
    for hz, passes in ((1000, True), (60, False), (5000, False)):
        clip = tone(hz, 0.1)
        loss_db = band_db(clip[0], hz - 20, hz + 20) - band_db(
            put_through(TELEPHONE, clip, 1.0)[0], hz - 20, hz + 20
        )
        assert (loss_db < 2) if passes else (loss_db > 15), hz


def test_level_is_a_gain_in_16_bits_until_it_clips(clips):
    quiet = put_through(FAINT, clips, -20.0)
    assert np.abs(quiet - clips / 10).max() <= 0.5 / 32768
    assert (quiet * 32768 == np.rint(quiet * 32768)).all()
    loud = put_through(LOUD, clips, 30.0)
    inside = np.abs(clips * 10**1.5) < 0.999
    assert np.allclose(loud[inside], (clips * np.float32(10**1.5))[inside], atol=1e-4)
    assert loud.max() == 32767 / 32768
    assert loud.min() == -1.0


def test_clipping_cuts_the_stated_share_of_the_spoken_samples(tone):
    always = np.sin(2 * np.pi * 441.7 * np.arange(RATE) / RATE).astype(np.float32)[None]
    for percent in CLIPPING.severities:
        cut = put_through(CLIPPING, always, percent)
        assert (cut != always).mean() == pytest.approx(percent / 100, abs=0.001)
        # a sine exceeds a for the share (2/pi) arccos(a) of the time
        assert np.abs(cut).max() == pytest.approx(np.cos(np.pi / 2 * percent / 100), abs=0.002)


def test_silence_around_the_word_does_not_count_for_clipping(clips):
    spoken = clips.copy()
    spoken[:, : RATE // 5] = 0
    cut = put_through(CLIPPING, spoken, 10.0) != spoken
    assert 0.02 < cut.mean() < 0.09


def test_a_constant_is_added_everywhere(clips):
    assert put_through(DC_OFFSET, clips, 5.0) == pytest.approx(clips + 0.05, abs=1e-7)


def test_bits_are_distinct_levels_and_6_db_of_ratio_each():
    ramp = np.linspace(-1, 1, RATE, dtype=np.float32)[None]
    for bits in QUANTISATION.severities:
        rounded = put_through(QUANTISATION, ramp, bits)
        assert len(np.unique(rounded)) == 2**bits
        error = (rounded - ramp)[np.abs(ramp) < 0.9]
        assert 10 * np.log10((1 / 3) / np.square(error).mean()) == pytest.approx(6.02 * bits, abs=0.15)


def test_mu_law_follows_the_formula_of_the_itu():
    ramp = np.linspace(-1, 1, 40001, dtype=np.float32)[None]
    for bits in MU_LAW.severities:
        back = put_through(MU_LAW, ramp, bits)[0].astype(np.float64)
        code = np.sign(back) * np.log1p(255 * np.abs(back)) / np.log1p(255) * (2 ** (bits - 1) - 1)
        assert code == pytest.approx(np.rint(code), abs=1e-3)
        assert len(np.unique(np.rint(code))) == 2**bits - 1
        wanted = np.sign(ramp[0]) * np.log1p(255 * np.abs(ramp[0])) / np.log1p(255)
        assert np.abs(code / (2 ** (bits - 1) - 1) - wanted).max() <= 0.501 / (2 ** (bits - 1) - 1)


@pytest.mark.parametrize("stressor", [PACKET_LOSS, PACKET_BURSTS])
def test_the_stated_share_of_packets_is_lost(stressor):
    ones = np.ones((2000, RATE // 4), np.float32)
    for percent in stressor.severities:
        lost = put_through(stressor, ones, percent) == 0
        assert 100 * lost.mean() == pytest.approx(percent, rel=0.12)


def test_packets_are_20_ms_bursts_80_ms_and_what_was_lost_stays_lost():
    ones = np.ones((300, RATE), np.float32)
    for stressor, length in ((PACKET_LOSS, 320), (PACKET_BURSTS, 1280)):
        mild, harsh = (put_through(stressor, ones, percent) == 0 for percent in (5.0, 20.0))
        assert (harsh | ~mild).all()
        assert harsh.sum() > 3 * mild.sum()
        edges = np.diff(np.pad(mild, ((0, 0), (1, 1))).astype(int), axis=1)
        runs = np.nonzero(edges == -1)[1] - np.nonzero(edges == 1)[1]
        assert np.median(runs) == length
        inside = runs[(np.nonzero(edges == 1)[1] > 0) & (np.nonzero(edges == -1)[1] < RATE)]
        assert (inside % length == 0).all()


def test_good_resamplers_leave_a_tone_alone_and_bad_ones_leave_images(tone, band_db):
    clip = tone(3000)
    kinds = {stressor.name.removeprefix("resampled-"): stressor for stressor in resamplers(RATE)}
    image_db = {}
    for name, stressor in kinds.items():
        there = put_through(stressor, clip, 8000.0)[0]
        image_db[name] = band_db(there, 4900, 5100) - band_db(there, 2900, 3100)
    assert image_db["soxr"] < -80
    assert image_db["polyphase"] < -45
    # back at 16 kHz every sample stands twice: a filter of cos(pi f / 16 kHz); a straight line is two of them
    comb_db = 20 * np.log10(np.cos(np.pi * 5 / 16) / np.cos(np.pi * 3 / 16))
    assert image_db["nearest"] == pytest.approx(comb_db, abs=0.2)
    assert image_db["linear"] == pytest.approx(2 * comb_db, abs=0.2)


def test_a_resampler_without_a_filter_folds_treble_down(tone, band_db):
    clip = tone(5000)
    for stressor in resamplers(RATE):
        alias_db = band_db(put_through(stressor, clip, 8000.0)[0], 2900, 3100) - band_db(clip[0], 4900, 5100)
        assert (alias_db > -10) == (stressor.name in ("resampled-linear", "resampled-nearest")), stressor.name
