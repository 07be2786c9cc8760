from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from unheard.diagnose.points import gap_points, mean_points, share_points


def test_points_are_a_hundred_times_the_mean_with_the_t_interval_of_few_speakers() -> None:
    means = np.array([0.5, 0.25, 0.75, 1.0])
    values = np.repeat(means, 8)  # as many clips of each speaker
    points = mean_points(values, np.repeat(["a", "b", "c", "d"], 8).tolist())

    half = t.ppf(0.975, 3) * means.std(ddof=1) / np.sqrt(4)
    assert points.value == pytest.approx(62.5)
    assert (points.low, points.high) == pytest.approx((62.5 - 100 * half, 62.5 + 100 * half))


def test_a_share_stays_a_share() -> None:
    points = share_points(np.array([True] * 39 + [False]), [f"s{row // 10}" for row in range(40)])

    assert points.value == pytest.approx(97.5)
    assert points.low is not None
    assert points.high is not None
    assert 0 < points.low < 97.5 < points.high <= 100


def test_the_interval_widens_where_speakers_differ_and_not_where_clips_do() -> None:
    random = np.random.default_rng(0)
    speakers = np.repeat(np.arange(40), 20)
    groups = [f"s{speaker}" for speaker in speakers]
    by_clip = mean_points((random.random(800) < 0.5).astype(float), groups)
    by_speaker = mean_points((random.random(40) < 0.5).astype(float)[speakers], groups)

    assert _width(by_speaker) > 3 * _width(by_clip)


def test_a_gap_is_a_difference_of_means_over_all_speakers() -> None:
    random = np.random.default_rng(1)
    first, second = random.random(600) < 0.9, random.random(400) < 0.7
    gap = gap_points(
        first, [f"a{row // 10}" for row in range(600)], second, [f"b{row // 10}" for row in range(400)]
    )

    assert gap.value == pytest.approx(100 * (first.mean() - second.mean()))
    error = 100 * np.sqrt(0.9 * 0.1 / 600 + 0.7 * 0.3 / 400)  # clips are independent here
    assert _width(gap) == pytest.approx(2 * 1.96 * error, rel=0.3)
    assert gap.sure


def test_speakers_on_both_sides_are_drawn_for_both() -> None:
    """Speakers who are easy on both sides cancel out: the gap is surer than two separate samples are."""
    random = np.random.default_rng(2)
    ease = np.repeat(random.random(50), 10)
    groups = [f"s{row // 10}" for row in range(500)]
    shared = gap_points(ease, groups, ease**2, groups)
    apart = gap_points(ease, groups, ease**2, [f"other {name}" for name in groups])

    assert shared.value == pytest.approx(apart.value)
    assert _width(shared) < 0.5 * _width(apart)


def test_speakers_who_are_all_alike_leave_room_for_those_not_seen() -> None:
    points = mean_points(np.full(60, 0.5), [f"s{row // 2}" for row in range(60)])

    unseen = 1 - 0.025 ** (1 / 30)  # 11.6 % of all speakers may be others; at worst each loses all
    assert points.value == 50.0
    assert points.low == pytest.approx(100 * (0.5 * (1 - unseen) - unseen))
    assert points.high == pytest.approx(100 * (0.5 * (1 - unseen) + unseen))


def test_one_speaker_gives_no_interval() -> None:
    points = mean_points(np.array([1.0, 0.0]), ["a", "a"])

    assert (points.value, points.low, points.sure) == (50.0, None, False)


def _width(points: object) -> float:
    return points.high - points.low  # type: ignore[attr-defined, no-any-return]
