"""What a curve says, against curves that are known."""

from dataclasses import replace

import numpy as np
import pytest

from unheard.diagnose.cause import Remedy
from unheard.diagnose.stressors.curve import chances, measure_curve
from unheard.diagnose.stressors.stressor import Stressor

STRESSOR = Stressor(
    name="test",
    title="Test",
    unit="dB",
    at="At {} dB",
    severities=(10.0, 20.0, 30.0, 40.0),
    ordinary=20.0,
    neutral=0.0,
    apply=lambda clips, sample_rate, severity, generator: clips,
    remedies=(Remedy("live-path", "Nothing."),),
)
TO_NOISE = replace(STRESSOR, severities=(20.0, 15.0, 10.0, 5.0), ordinary=15.0, neutral=None)
NUM_SPEAKERS, CLIPS_EACH = 30, 10
GROUPS = [f"s{number // CLIPS_EACH}" for number in range(NUM_SPEAKERS * CLIPS_EACH)]


def answers(lost_points, num_clips=300):
    """Right and wrong `(severities, num_clips)`, of clips that are all right without stress; what is lost is
    spread evenly over the speakers."""
    order = np.random.default_rng(0).permutation(num_clips)
    return np.stack([~np.isin(order, np.arange(round(num_clips * lost / 100))) for lost in lost_points])


def curve(lost_points, stressor=STRESSOR, **options):
    right = answers(lost_points)
    return measure_curve(stressor, np.ones(300, bool), right, GROUPS, **options)


def test_losses_and_accuracies_are_points_of_100_with_intervals():
    found = curve([0, 2, 10, 50])
    assert [point.value for point in found.loss] == pytest.approx([0, 2, 10, 50])
    assert [point.value for point in found.accuracy] == pytest.approx([100, 98, 90, 50])
    assert found.loss[3].low < 50 < found.loss[3].high
    assert found.ordinary_loss == found.loss[1]


def test_a_loss_is_paired_with_the_same_clips():
    clean = answers([40])[0]
    found = measure_curve(STRESSOR, clean, np.stack([clean] * 4), GROUPS)
    assert all(point.value == 0 for point in found.loss)
    assert found.score == 100.0


@pytest.mark.parametrize(
    ("lost_points", "expected"),
    [([0, 2, 8, 50], 25.0), ([10, 20, 30, 40], 5.0), ([0, 0, 0, 5], 40.0), ([0, 0, 4, 4], None)],
)
def test_five_points_fall_on_the_line_between_two_severities(lost_points, expected):
    assert curve(lost_points).fall.at == (None if expected is None else pytest.approx(expected, abs=0.2))


def test_without_a_neutral_severity_a_curve_begins_at_its_mildest():
    assert curve([10, 20, 30, 40], TO_NOISE).fall.at == 20.0
    assert curve([2, 8, 30, 40], TO_NOISE).fall.at == pytest.approx(17.5)


def test_the_first_fall_counts():
    assert curve([0, 10, 0, 10]).fall.at == pytest.approx(15.0)


def test_the_interval_of_the_fall_goes_from_mild_to_harsh():
    found = curve([1, 4, 8, 20], TO_NOISE).fall
    assert found.mildest > found.at > found.harshest
    assert curve([0, 0, 3, 4.5]).fall.mildest is not None
    assert curve([0, 0, 3, 4.5]).fall.harshest is None


def test_under_20_speakers_the_fall_has_no_interval():
    groups = [f"s{number % 19}" for number in range(300)]
    found = measure_curve(STRESSOR, np.ones(300, bool), answers([0, 2, 8, 50]), groups).fall
    assert (found.mildest, found.harshest) == (None, None)
    assert found.at == pytest.approx(25.0)


def test_the_score_is_the_mean_accuracy_over_ordinary_severities_over_the_clean_one():
    assert curve([4, 16, 100, 100]).score == pytest.approx(90.0)
    clean = answers([50])[0]
    none = np.zeros(300, bool)
    assert measure_curve(STRESSOR, clean, np.stack([clean, none, none, none]), GROUPS).score == 50.0


def test_chances_are_exact_for_speakers_who_all_lose_alike():
    """Ten speakers lose a clip each: of 1024 ways to take sides, one has a sum as large."""
    groups = [f"s{number // 5}" for number in range(50)]
    right = np.tile(np.arange(50) % 5 > 0, (4, 1))
    lost = measure_curve(STRESSOR, np.ones(50, bool), right, groups)
    kept = measure_curve(STRESSOR, right[0], right, groups)
    alone, (first, second) = chances([lost], 0), chances([lost, kept], 0)
    assert alone == [pytest.approx(1 / 1024, rel=0.5)]
    assert first == pytest.approx(2 * alone[0])  # Holm, for two questions
    assert second == 1.0


def test_hardly_anything_is_called_weak_where_only_chance_changes_answers():
    random, num_wrong = np.random.default_rng(4), 0
    for _ in range(25):
        curves = [
            measure_curve(STRESSOR, random.random(300) < 0.8, random.random((4, 300)) < 0.8, GROUPS)
            for _ in range(8)
        ]
        num_wrong += min(chances(curves, 0)) <= 0.025
    assert num_wrong <= 3  # 0.6 are expected


def test_the_interval_of_the_fall_covers_the_truth():
    """Speakers differ: each loses its own share at each severity; 5 points are lost at 25 on the average."""
    random, covered = np.random.default_rng(1), 0
    for _ in range(100):
        bears = random.gamma(2.0, 0.5, size=(40, 1, 1))
        wrong = random.random((40, 4, 8)) < bears * np.array([0.0, 0.02, 0.08, 0.2])[:, None]
        right = ~wrong.transpose(1, 0, 2).reshape(4, -1)
        groups = [f"s{number // 8}" for number in range(320)]
        found = measure_curve(STRESSOR, np.ones(320, bool), right, groups).fall
        over = found.harshest is None or found.harshest >= 25
        covered += over and found.mildest is not None and found.mildest <= 25
    assert covered >= 89
