"""Accuracies and accuracy points as sentences say them."""

from __future__ import annotations

from unheard.diagnose.cause import Points


def points_words(points: Points) -> str:
    """ "6.1 points (4.0 to 8.3)"; without the interval where there is none."""
    interval = "" if points.low is None else f" ({points.low:.1f} to {points.high:.1f})"
    return f"{points.value:.1f} points{interval}"


def accuracy_words(share: float) -> str:
    """ "93.1 %"."""
    return f"{100 * share:.1f} %"
