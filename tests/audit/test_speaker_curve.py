"""Every speaker is tested once at each size, by models that never heard them."""

from __future__ import annotations

import numpy as np
import pytest

from unheard.audit.speaker_curve import SpeakerCurve, measure_speaker_curve

NUM_SPEAKERS = 40


def measure(voice: float) -> SpeakerCurve:
    """Four words by 40 speakers; `voice` is how far speakers differ."""
    random = np.random.default_rng(1)
    classes = np.tile(np.arange(4), NUM_SPEAKERS * 2)
    speakers = np.repeat(np.arange(NUM_SPEAKERS), 8)
    features = (
        random.normal(0, 1, (4, 24))[classes]
        + random.normal(0, voice, (NUM_SPEAKERS, 4, 24))[speakers, classes]
    )
    return measure_speaker_curve(
        features[:, None].astype(np.float32),
        classes,
        speakers,
        seed=0,
        on_progress=lambda _done, _total: None,
    )


def test_all_clips_of_all_speakers_are_tested() -> None:
    curve = measure(0.1)
    assert curve.clips.tolist() == [8] * NUM_SPEAKERS
    assert curve.right.shape == (len(curve.sizes), NUM_SPEAKERS)
    assert curve.accuracy[-1] == pytest.approx(1.0)
    assert np.bincount(curve.fold).tolist() == [8] * 5
    assert curve.sizes[0] >= 4
    assert curve.sizes[-1] == 32  # four of five folds


def test_more_speakers_are_better_where_speakers_differ() -> None:
    curve = measure(2.0)
    assert curve.accuracy[-1] > curve.accuracy[0] + 0.1


def test_progress_ends_with_the_work() -> None:
    told: list[tuple[int, int]] = []
    features = np.random.default_rng(2).normal(size=(40, 1, 3)).astype(np.float32)
    measure_speaker_curve(
        features,
        np.tile([0, 1], 20),
        np.repeat(np.arange(10), 4),
        seed=0,
        on_progress=lambda *now: told.append(now),
    )
    assert told[-1][0] == told[-1][1] == len(told)


def test_resampled_accuracy_spreads_as_clusters_do() -> None:
    random = np.random.default_rng(3)
    share = random.normal(0.7, 0.1, 200).clip(0, 1)
    curve = SpeakerCurve(np.array([5]), 10 * share[None], np.full(200, 10.0), np.arange(200) % 5)
    resampled = curve.resampled(0)
    assert resampled.mean() == pytest.approx(share.mean(), abs=0.003)
    assert resampled.std() == pytest.approx(share.std() / np.sqrt(200), rel=0.6)
