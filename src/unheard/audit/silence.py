"""Clips with no speech under a label that promises some, cut-off words, padding and long silence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from unheard.audit.check import Check, Material
from unheard.audit.concentrated import COLUMNS
from unheard.audit.finding import Action, CheckResult, Evidence, Finding
from unheard.audit.per_clip import Clip, about, each_or_once
from unheard.audit.phrases import plural

DIGITAL_SHARE = 0.999  # exact zeros
PADDED_SHARE, HALF_SHARE = 0.25, 0.5
MAX_EMPTY_SCORE = 0.2  # no 32 ms are more likely speech than this
MIN_STAND_OUT_DB = 12.0  # below, nothing is louder than the rest: not even a click or a muffled word
MAX_EDGE_S, MIN_EDGE_DB = 0.04, -6.0  # speech that goes on to the edge of its clip
LONG_SILENCE_S = 2.0
KEPT_SILENCE_S = 0.3  # around speech, by a proposed trim
SILENT_LABELS = ("silence", "background_noise", "background", "noise", "non_speech", "nonspeech", "empty")
FIELDS = (
    *("zero_share", "speech_s", "leading_silence_s", "trailing_silence_s", "max_speech_score"),
    *("start_level_db", "end_level_db", "stand_out_db"),
)


def check_silence(material: Material) -> CheckResult:
    """Nothing, no speech, perhaps none; then padding, edges and long silence of clips with speech."""
    rows = material.measured.filter(pl.col("failed").is_null() & pl.col("zero_share").is_not_null())
    rows = rows.select("id", *COLUMNS, "start_s", "duration_s", *FIELDS)
    wordless = pl.col("label").str.to_lowercase().str.strip_chars("_").is_in(SILENT_LABELS).fill_null(False)
    spoken = rows.filter(~wordless)
    digital = spoken.filter(pl.col("zero_share") >= DIGITAL_SHARE).sort("id")
    sounding = spoken.filter(pl.col("zero_share") < DIGITAL_SHARE)
    speechless = sounding.filter(pl.col("max_speech_score") < MAX_EMPTY_SCORE).sort("stand_out_db", "id")
    has_event = (pl.col("stand_out_db") >= MIN_STAND_OUT_DB).fill_null(False)
    empty, odd = speechless.filter(~has_event), speechless.filter(has_event)
    padded = sounding.filter(pl.col("zero_share") >= PADDED_SHARE).sort("zero_share", "id", descending=True)
    edge = sounding.filter(_cut("leading", "start") | _cut("trailing", "end")).sort("id")
    longest = pl.max_horizontal("leading_silence_s", "trailing_silence_s")
    long = sounding.filter(longest > LONG_SILENCE_S).sort(longest, descending=True)
    return CheckResult(
        findings=(
            *each_or_once(spoken, digital, _digital, "are digital silence"),
            *each_or_once(spoken, empty, _empty, "have no speech"),
            *each_or_once(spoken, odd, _odd, "have sounds that are hardly speech"),
            *each_or_once(spoken, padded, _padded, "are padded with digital silence"),
            *each_or_once(spoken, edge, _edge, "begin or end in the midst of speech"),
            *each_or_once(spoken, long, _long, f"have more than {LONG_SILENCE_S:g} s of silence at an end"),
        ),
        judged=spoken.height,
        not_judged=_not_judged(rows, spoken),
        facts=_facts(spoken, digital, empty),
    )


def _cut(side: str, edge: str) -> pl.Expr:
    goes_on = pl.col(f"{side}_silence_s") <= MAX_EDGE_S
    return (goes_on & (pl.col(f"{edge}_level_db") > MIN_EDGE_DB)).fill_null(False)


def _digital(clip: Clip) -> Finding:
    finding = about(
        clip,
        "silence",
        "warning",
        f"It is digital silence: {100 * clip['zero_share']:.1f} % of its samples are exactly zero.",
        remedy="Drop it; nothing was recorded.",
        confidence=1.0,
        evidence={"zero_share": clip["zero_share"]},
    )
    return replace(finding, actions=(Action("drop", clip["id"], sure=True),))


def _empty(clip: Clip) -> Finding:
    return about(
        clip,
        "silence",
        "warning",
        f"Nobody speaks in it{_label(clip)}: no part of it sounds like speech (probability "
        f"{clip['max_speech_score']:.2f} at most), nor stands any out by its level.",
        remedy="Listen to it; if no word is in it, drop it or label it as silence.",
        confidence=0.95,
        evidence=_evidence(clip),
        drop=True,
    )


def _odd(clip: Clip) -> Finding:
    return about(
        clip,
        "silence",
        "note",
        f"Perhaps nobody speaks in it{_label(clip)}: what stands out by {clip['stand_out_db']:.0f} dB is "
        f"speech with a probability of {clip['max_speech_score']:.2f} at most.",
        remedy="Listen to it; it may be a click or a breath, or a word that is muffled or cut off.",
        confidence=0.4,
        evidence=_evidence(clip),
    )


def _evidence(clip: Clip) -> Evidence:
    return {name: clip[name] for name in ("label", "max_speech_score", "stand_out_db")}


def _padded(clip: Clip) -> Finding:
    return about(
        clip,
        "silence",
        "warning" if clip["zero_share"] >= HALF_SHARE else "note",
        f"{100 * clip['zero_share']:.0f} % of its samples are exactly zero: padded, or gated.",
        remedy="Pad with background noise instead, or train with noise added to all clips.",
        confidence=0.95,
        evidence={"zero_share": clip["zero_share"]},
    )


def _edge(clip: Clip) -> Finding:
    begins = clip["leading_silence_s"] <= MAX_EDGE_S and clip["start_level_db"] > MIN_EDGE_DB
    side, where, part = ("start", "begins", "first") if begins else ("end", "ends", "last")
    level_db = clip[f"{side}_level_db"]
    return about(
        clip,
        "silence",
        "note",
        f"It {where} in the midst of speech: its {part} 20 ms have {level_db:+.0f} dB of the speech's level; "
        "the word may be cut off.",
        remedy="Listen to it; cut it out of its recording anew with some silence around the word.",
        confidence=0.85,
        evidence={f"{side}_level_db": level_db},
    )


def _long(clip: Clip) -> Finding:
    before_s, after_s = clip["leading_silence_s"], clip["trailing_silence_s"]
    first_s = max(0.0, before_s - KEPT_SILENCE_S)
    last_s = min(clip["duration_s"], clip["duration_s"] - after_s + KEPT_SILENCE_S)
    finding = about(
        clip,
        "silence",
        "note",
        f"Nobody speaks in its first {before_s:.1f} s and its last {after_s:.1f} s.",
        remedy=f"Trim it to its speech and {KEPT_SILENCE_S:g} s around it.",
        confidence=0.85,
        evidence={"leading_silence_s": before_s, "trailing_silence_s": after_s},
    )
    begin_s = clip["start_s"] + first_s
    trim = Action("trim", clip["id"], sure=False, start_s=begin_s, duration_s=last_s - first_s)
    return replace(finding, actions=(trim,))


def _label(clip: Clip) -> str:
    return "" if clip["label"] is None else f", and its label is '{clip['label']}'"


def _not_judged(rows: pl.DataFrame, spoken: pl.DataFrame) -> tuple[str, ...]:
    silent = rows.height - spoken.height
    unheard = spoken["max_speech_score"].null_count()
    said = [f"{plural(silent, 'clip')} with a label that means silence or noise."] if silent else []
    if unheard:
        said.append(f"{plural(unheard, 'clip')}: nobody looked for speech.")
    return tuple(said)


def _facts(spoken: pl.DataFrame, digital: pl.DataFrame, empty: pl.DataFrame) -> dict[str, Any]:
    return {
        "digital": digital.height,
        "empty": empty.height,
        "of": spoken.height,
        "speech_s": spoken["speech_s"].sum(),
    }


CHECK = Check(
    "silence", "signal", "clips without speech, cut-off words, padding, long silence", check_silence
)
