"""What holds for every factor of stress."""

import numpy as np
import pytest

from unheard.diagnose.stressors.catalog import REASONS, all_stressors, reasons_for_missing
from unheard.train.augmentation import Sources, build_augmentation
from unheard.train.recipe import TransformRow

RATE = 16000
DRAWN = {
    *("babble", "noise", "steady-noise", "reverberation", "distance", "microphone", "telephone"),
    *("packet-loss", "packet-bursts", "early", "late", "faster"),
}
TWO_SIDED = {"faint", "loud", "early", "late", "faster", "slower", "higher", "deeper"}


@pytest.fixture(scope="module")
def stressors(clips, speakers):
    return all_stressors(clips, speakers, speakers, RATE, None)


def every_severity(stressors):
    return [(stressor, severity) for stressor in stressors for severity in stressor.severities]


def test_names_are_unique_and_some_90_severities_are_asked(stressors):
    assert len({stressor.name for stressor in stressors}) == len(stressors) == 28
    assert {stressor.name for stressor in stressors} >= TWO_SIDED
    assert 85 <= len(every_severity(stressors)) <= 92
    assert reasons_for_missing(stressors) == []


def test_severities_go_from_mild_to_harsh_and_the_ordinary_one_is_among_them(stressors):
    for stressor in stressors:
        steps = np.diff(stressor.severities)
        assert (steps > 0).all() or (steps < 0).all(), stressor.name
        assert stressor.ordinary in stressor.severities
        if stressor.neutral is not None:
            assert np.sign(stressor.severities[0] - stressor.neutral) == np.sign(steps[0]), stressor.name


def test_clips_keep_shape_and_type_and_are_changed(stressors, clips):
    for stressor, severity in every_severity(stressors):
        some = clips[[0, 11]]  # the second one is padded
        changed = stressor.apply(some, RATE, severity, np.random.default_rng(1))
        assert (changed.shape, changed.dtype) == (some.shape, np.float32), stressor.name
        assert np.isfinite(changed).all(), stressor.name
        assert (changed != some).any(), stressor.name


def test_the_clips_that_are_given_stay_as_they_are(stressors, clips):
    given = clips[:2].copy()
    for stressor in stressors:
        stressor.apply(given, RATE, stressor.ordinary, np.random.default_rng(0))
    assert (given == clips[:2]).all()


def test_what_happens_to_a_clip_depends_on_the_seed_and_its_place_only(stressors, clips):
    for stressor in stressors:
        all_of_them, some, others = (
            stressor.apply(given, RATE, stressor.ordinary, np.random.default_rng(seed))
            for given, seed in ((clips[:4], 1), (clips[:2], 1), (clips[:4], 2))
        )
        assert np.allclose(all_of_them[:2], some, atol=1e-5), stressor.name
        assert np.allclose(all_of_them, others, atol=1e-4) == (stressor.name not in DRAWN), stressor.name


def test_silent_clips_are_borne(stressors):
    silence = np.zeros((3, RATE), np.float32)
    for stressor in stressors:
        assert np.isfinite(
            stressor.apply(silence, RATE, stressor.severities[-1], np.random.default_rng(0))
        ).all()


def test_every_remedy_for_training_is_a_row_that_recipes_take(stressors):
    for stressor in stressors:
        assert stressor.remedies
        rows = [TransformRow(**remedy.settings) for remedy in stressor.remedies if remedy.kind == "augment"]
        build_augmentation(rows, Sources(RATE), has_unknown=True)


def test_other_rates_and_windows_are_borne_and_what_cannot_be_had_is_named(clips, speakers):
    low = np.ascontiguousarray(clips[:4, :6001])
    found = all_stressors(low, speakers[:4], speakers[:4], 8000, None)
    for stressor in found:
        assert stressor.apply(low, 8000, stressor.ordinary, np.random.default_rng(0)).shape == low.shape
    assert reasons_for_missing(found) == [REASONS["babble"], REASONS["resampled-soxr"]]
    assert "4 speakers or more" in REASONS["babble"]


def test_clips_at_44_khz_are_borne(clips, speakers):
    found = all_stressors(clips[:2], speakers[:2], speakers[:2], 44100, None)
    for stressor in found:
        if stressor.name in ("mp3", "opus", "resampled-linear", "band-limit"):
            made = stressor.apply(clips[:2], 44100, stressor.severities[0], np.random.default_rng(0))
            assert made.shape == (2, RATE)
