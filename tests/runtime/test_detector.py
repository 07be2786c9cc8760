"""Events come when the closed form says so, and never from the background."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import softmax

from unheard.errors import UsageError
from unheard.runtime.bundle import Bundle, BundleInfo
from unheard.runtime.detector import DetectorOptions, Event, EventFinder, StreamingDetector
from unheard.runtime.windows import WindowScores

EACH_WINDOW = DetectorOptions(threshold=0.5, smoothing_windows=1, refractory_s=0.0)


def stream(duration_s: float, *tones: tuple[float, float]) -> NDArray[np.float32]:
    """Silence with tones (start_s, hz) of 0.5 s and amplitude 0.9."""
    samples = np.zeros(round(duration_s * 8000), np.float32)
    for start_s, hz in tones:
        first = round(start_s * 8000)
        samples[first : first + 4000] = 0.9 * np.sin(2 * np.pi * hz * np.arange(4000) / 8000)
    return samples


def windows(*low_scores: float) -> WindowScores:
    """Windows 0.1 s apart with these scores of "low"; the rest is silence."""
    low = np.array(low_scores, np.float32)
    start_s = np.arange(len(low)) * 0.1
    return WindowScores(start_s, start_s + 0.5, np.stack([low, np.zeros_like(low), 1 - low], axis=1))


def test_tones_are_events_at_their_times(tone_bundle: Path) -> None:
    detector = StreamingDetector(Bundle.load(tone_bundle), EACH_WINDOW)
    events = detector.push(stream(4.0, (1.0, 500), (2.5, 2000))) + detector.flush()
    assert [event.label for event in events] == ["low", "high"]
    # the first window over the threshold hears 0.3 s of the 0.5 s: 10 * (0.9 * 0.6) ** 2 = 2.9 against 1
    np.testing.assert_allclose([event.start_s for event in events], [0.8, 2.3])
    np.testing.assert_allclose([event.end_s for event in events], [1.3, 2.8])
    expected = softmax([10 * (0.9 * 0.6) ** 2, 0, 1])[0]
    np.testing.assert_allclose([event.score for event in events], expected, atol=1e-5)


def test_smoothing_is_the_mean_of_the_last_windows(tone_info: BundleInfo) -> None:
    finder = EventFinder(tone_info, DetectorOptions(0.5, smoothing_windows=3))
    events = finder.find(windows(0.0, 0.2, 0.3, 0.9, 0.9))
    assert events == [Event("low", pytest.approx((0.3 + 0.9 + 0.9) / 3), 0.2, pytest.approx(0.9))]


def test_the_first_window_may_be_an_event_by_itself(tone_info: BundleInfo) -> None:
    (event,) = EventFinder(tone_info, DetectorOptions(smoothing_windows=3)).find(windows(0.8))
    assert (event.start_s, event.end_s) == (0.0, 0.5)


def test_a_label_fires_again_only_after_it_was_below(tone_info: BundleInfo) -> None:
    options = DetectorOptions(0.5, smoothing_windows=1, refractory_s=0.0)
    held = EventFinder(tone_info, options).find(windows(*[0.9] * 50))
    assert len(held) == 1
    twice = EventFinder(tone_info, options).find(windows(0.9, 0.4, 0.9))
    assert [event.start_s for event in twice] == pytest.approx([0.0, 0.2])


def test_events_keep_the_refractory_time(tone_info: BundleInfo) -> None:
    flicker = windows(*[0.9, 0.1] * 20)  # over the threshold every 0.2 s
    events = EventFinder(tone_info, DetectorOptions(0.5, 1, refractory_s=0.55)).find(flicker)
    np.testing.assert_allclose(np.diff([event.end_s for event in events]), 0.6)


def test_background_is_never_an_event(tone_bundle: Path, tone_info: BundleInfo) -> None:
    assert EventFinder(tone_info, EACH_WINDOW).find(windows(*[0.0] * 30)) == []
    detector = StreamingDetector(Bundle.load(tone_bundle), EACH_WINDOW)
    assert detector.push(stream(3.0)) + detector.flush() == []
    without = tone_info.model_copy(update={"background_labels": ()})
    assert [event.label for event in EventFinder(without, EACH_WINDOW).find(windows(0.0))] == ["_silence_"]


def test_the_threshold_is_the_bundles_unless_given(tone_info: BundleInfo) -> None:
    assert EventFinder(tone_info, DetectorOptions()).find(windows(0.59)) == []
    assert len(EventFinder(tone_info, DetectorOptions(threshold=0.58)).find(windows(0.59))) == 1


def test_a_short_stream_is_answered_at_its_end(tone_bundle: Path) -> None:
    detector = StreamingDetector(Bundle.load(tone_bundle))
    assert detector.push(stream(0.5, (0.0, 500))[:3600]) == []
    (event,) = detector.flush()
    assert (event.label, event.start_s, event.end_s) == ("low", 0.0, 0.45)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(cuts=st.lists(st.integers(0, 32_000), max_size=40))
def test_cutting_anywhere_changes_no_event(tone_bundle: Path, cuts: list[int]) -> None:
    bundle = Bundle.load(tone_bundle)
    samples = stream(4.0, (0.3, 500), (1.7, 2000), (2.9, 500))
    whole, pieces = StreamingDetector(bundle), StreamingDetector(bundle)
    expected = whole.push(samples) + whole.flush()
    events = [event for piece in np.split(samples, sorted(cuts)) for event in pieces.push(piece)]
    assert len(expected) == 3
    assert events + pieces.flush() == expected
    for one, other in zip(whole.window_scores, pieces.window_scores, strict=True):
        np.testing.assert_array_equal(one, other)


def test_window_scores_are_those_of_the_stream(tone_bundle: Path) -> None:
    bundle = Bundle.load(tone_bundle)
    detector = StreamingDetector(bundle)
    assert [part.shape for part in detector.window_scores] == [(0,), (0, 3)]
    samples = stream(1.0, (0.1, 500))
    detector.push(samples[:3000])
    detector.push(samples[3000:])
    times, scores = detector.window_scores
    np.testing.assert_allclose(times, np.arange(6) * 0.1)
    np.testing.assert_array_equal(scores[1], bundle.scores(samples[None, 800:4800])[0])


def test_reset_begins_at_zero(tone_bundle: Path) -> None:
    detector = StreamingDetector(Bundle.load(tone_bundle))
    first = detector.push(stream(2.0, (0.5, 500))) + detector.flush()
    detector.reset()
    assert len(detector.window_scores[0]) == 0
    assert detector.push(stream(2.0, (0.5, 500))) + detector.flush() == first


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"threshold": 1.5}, "threshold is 1.5; possible is 0 to 1"),
        ({"smoothing_windows": 0}, "smoothing_windows is 0; possible is 1 or more"),
        ({"refractory_s": -1.0}, "refractory_s is -1.0; possible is 0 or more"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        DetectorOptions(**options)  # type: ignore[arg-type]
