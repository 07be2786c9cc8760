from __future__ import annotations

from unheard.report.sections.confidence import draw_confidence

BIN = {"low": 0.9, "high": 1.0, "utterances": 80, "confidence": 0.97, "accuracy": 0.9}
PART = {"ece": 0.07, "ece_after": 0.02, "reliability": [BIN], "reliability_after": [BIN]}
STRANGER = {
    "title": "recorded noise",
    "num_clips": 1200,
    "mean_score": 0.4,
    "accepted": 0.31,
    "accepted_low": 0.2,
    "accepted_high": 0.42,
    "accepted_at_99": 0.01,
    "accepted_at_95_right": 0.12,
    "auroc_score": 0.943,
}
CURVE = [{"threshold": at, "accepted": 1 - at, "right_kept": 1 - at**4} for at in (0.5, 0.8, 1.0)]
FACTS = {
    "threshold": 0.55,
    "parts": {"test": PART, "live": None},
    "strangers": [STRANGER],
    "rejection": {"threshold": 0.9, "curve": CURVE},
}


def test_reliability_strangers_and_thresholds():
    reliability, strangers, threshold = draw_confidence(FACTS, None)
    assert [plot.split('aria-label="')[1].split('"')[0] for plot in reliability.plots] == [
        "Reliability Test: calibration error 7.0\u00a0%",
        "Reliability Test, mended: calibration error 2.0\u00a0%",
    ]
    assert "threshold of 0.55" in strangers.title
    assert [cell.replace("\u00a0", " ") for cell in strangers.rows[0] if "<svg" not in cell] == [
        "Recorded noise",
        "31.0 %",
        "[20.0, 42.0]",
        "12.0 %",
        "94.3 %",
        "1,200",
    ]
    assert "better: 0.9" in threshold.plots[0]
    assert threshold.legend == ("right answers kept", "strangers let in")


def test_what_was_not_asked_is_left_out():
    bare = {"threshold": 0.5, "parts": {"test": None, "live": None}, "strangers": [], "rejection": None}
    assert draw_confidence(bare, None) == []
