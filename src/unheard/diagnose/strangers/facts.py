"""Figures of the experiment `confidence` as JSON has them."""

from __future__ import annotations

from typing import Any

import numpy as np

from unheard.diagnose.strangers.judged import Judged
from unheard.diagnose.strangers.reliability import Reliability
from unheard.diagnose.strangers.threshold import Rejection


def reliability_facts(one: Reliability) -> dict[str, Any]:
    """One set of clips."""
    return {
        "num_clips": one.num_clips,
        "accuracy": one.accuracy,
        "mean_score": one.mean_score,
        "overclaimed_points": one.overclaimed.value,
        "sure_wrong_points": one.sure_wrong.value,
        "sure_wrong_low": one.sure_wrong.low,
        "sure_wrong_high": one.sure_wrong.high,
        "ece": one.ece.value,
        "ece_low": one.ece.low,
        "ece_high": one.ece.high,
        "ece_by_chance": one.ece_by_chance,
        "reliability": [each.to_dict() for each in one.bins],
        "ece_after": one.ece_after.value,
        "ece_after_low": one.ece_after.low,
        "ece_after_high": one.ece_after.high,
        "reliability_after": [each.to_dict() for each in one.bins_after],
    }


def stranger_facts(one: Judged) -> dict[str, Any]:
    """One kind of strangers."""
    return {
        "kind": one.strangers.kind,
        "title": one.strangers.title,
        "num_clips": len(one.strangers),
        "mean_score": float(np.mean(one.scores.top)),
        "accepted": one.accepted.value / 100,
        "accepted_low": None if one.accepted.low is None else one.accepted.low / 100,
        "accepted_high": None if one.accepted.high is None else one.accepted.high / 100,
        "accepted_at_99": one.sure.value / 100,
        "accepted_at_95_right": one.at_95,
        "auroc_score": one.auroc_top,
        "auroc_margin": one.auroc_margin,
        "auroc_energy": one.auroc_energy,
    }


def rejection_facts(one: Rejection) -> dict[str, Any]:
    """What a threshold would do."""
    lost = one.right_lost
    return {
        "threshold": one.threshold,
        "accepted": one.accepted,
        "accepted_now": one.accepted_now,
        "right_lost_points": None if lost is None else lost.value,
        "right_lost_low": None if lost is None else lost.low,
        "right_lost_high": None if lost is None else lost.high,
        "curve": [
            {"threshold": threshold, "accepted": accepted, "right_kept": kept}
            for threshold, accepted, kept in one.curve
        ],
    }
