"""Figures of the experiment `shortcut` as JSON has them."""

from __future__ import annotations

from typing import Any

from unheard.diagnose.shortcuts.alone import Alone
from unheard.diagnose.shortcuts.seen import Seen
from unheard.diagnose.shortcuts.swap import Attraction
from unheard.signal.background import BAND_CENTRES_HZ


def shortcut_facts(seen: Seen) -> dict[str, Any]:
    """As the docstring of `diagnose.shortcut` has them."""
    labels, donors, alone = seen.labels, seen.donors, seen.alone
    return {
        "num_clips": len(donors),
        "num_speakers": len(set(seen.groups)),
        "swap": {
            "control": float((seen.swapped.control == donors.classes).mean()),
            "across": float((seen.swapped.across == donors.classes).mean()),
            "colour_only": seen.ways["colour"],
            "background_only": seen.ways["background"],
            "followed": seen.followed,
        },
        "classes": [_class_facts(labels, alone, one) for one in seen.classes],
        "background_alone": None if alone is None else _alone_facts(alone),
        "live": None
        if seen.live is None
        else {"points": seen.live.value, "low": seen.live.low, "high": seen.live.high},
        "colours": {
            "centres_hz": BAND_CENTRES_HZ.tolist(),
            "classes": {labels[i]: donors.colours[i].tolist() for i in donors.present},
        },
        "training": None
        if seen.probe is None
        else {
            "num_clips": seen.probe.num_clips,
            "held_out": seen.probe.held_out,
            "balanced_accuracy": seen.probe.accuracy,
        },
    }


def _alone_facts(alone: Alone) -> dict[str, float | None]:
    low, high = alone.balanced.low, alone.balanced.high
    return {
        "balanced_accuracy": (alone.balanced.value + alone.chance) / 100,
        "low": None if low is None else (low + alone.chance) / 100,
        "high": None if high is None else (high + alone.chance) / 100,
        "chance": alone.chance / 100,
    }


def _class_facts(labels: tuple[str, ...], alone: Alone | None, one: Attraction) -> dict[str, Any]:
    return {
        "label": labels[one.index],
        "pull": one.pull,
        "pull_p": one.pull_p,
        "own_loss": one.own_loss,
        "own_loss_p": one.own_loss_p,
        "clips_given": one.num_pulled_at,
        "is_shortcut": one.is_shortcut,
        "alone_own": None if alone is None else alone.own.get(one.index),
        "alone_others": None if alone is None else alone.others.get(one.index),
    }
