"""Recordings of several channels of which one is dead, turned round, or the same as another."""

from __future__ import annotations

import math

import polars as pl

from unheard.audit.check import Check, Material
from unheard.audit.concentrated import COLUMNS as GROUPS
from unheard.audit.finding import CheckResult, Finding
from unheard.audit.per_clip import Clip, about, each_or_once
from unheard.audit.phrases import plural

INVERTED_CORRELATION = -0.6  # two such channels lose 7 dB in their mean


def check_channel_faults(material: Material) -> CheckResult:
    """Dead and inverted channels; twice the same is noted."""
    rows = material.measured.filter(pl.col("failed").is_null() & pl.col("num_dead_channels").is_not_null())
    rows = rows.select(
        "id",
        *GROUPS,
        "num_channels",
        "dual_mono",
        "num_dead_channels",
        "channel_correlation",
    )
    dead = rows.filter(pl.col("num_dead_channels") > 0)
    inverted = rows.filter(pl.col("channel_correlation") <= INVERTED_CORRELATION).sort("channel_correlation")
    dual = rows.filter(pl.col("dual_mono").cast(pl.Boolean))
    silent = material.measured.filter(
        (pl.col("num_channels") > 1) & pl.col("failed").is_null() & pl.col("num_dead_channels").is_null()
    ).height
    return CheckResult(
        findings=(
            *each_or_once(rows, inverted, _inverted, "have a channel that is turned round"),
            *each_or_once(rows, dead, _dead, "have a dead channel"),
            *each_or_once(rows, dual, _dual, "have the same in all channels"),
        ),
        judged=rows.height,
        not_judged=(f"{plural(silent, 'clip')} of several channels: silent.",) if silent else (),
        facts={"inverted": inverted.height, "dead": dead.height, "dual_mono": dual.height, "of": rows.height},
    )


def _inverted(clip: Clip) -> Finding:
    correlation = clip["channel_correlation"]
    loss = f"{-10 * math.log10((1 + correlation) / 2):.0f} dB" if correlation > -0.999 else "nearly all"
    return about(
        clip,
        "channel-faults",
        "warning",
        f"One of its channels is turned round (correlation {correlation:.2f}): their mean, which is what a "
        f"model hears, loses {loss}.",
        remedy="Invert one channel, or use one alone.",
        confidence=0.95,
        evidence={"channel_correlation": correlation, "num_channels": clip["num_channels"]},
    )


def _dead(clip: Clip) -> Finding:
    dead, channels = clip["num_dead_channels"], clip["num_channels"]
    return about(
        clip,
        "channel-faults",
        "warning",
        f"{dead} of its {channels} channels {'is' if dead == 1 else 'are'} dead: their mean loses "
        f"{20 * math.log10(channels / (channels - dead)):.0f} dB.",
        remedy="Use the live channel alone.",
        confidence=0.98,
        evidence={"num_dead_channels": dead, "num_channels": channels},
    )


def _dual(clip: Clip) -> Finding:
    return about(
        clip,
        "channel-faults",
        "note",
        f"Its {clip['num_channels']} channels are the same: it is mono, stored several times.",
        remedy="Store one channel.",
        confidence=1.0,
        evidence={"num_channels": clip["num_channels"]},
    )


CHECK = Check(
    "channel-faults", "signal", "channels that are dead, turned round or twice the same", check_channel_faults
)
