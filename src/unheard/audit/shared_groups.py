"""Speakers, sessions, devices and sentences on both sides of a split, as far as they are named.

A model that is tested on the people it was trained on is asked what it knows by heart. Sentences are judged
only where nearly each is said once: a vocabulary of commands is meant to be on both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from unheard.audit.check import Check, Material
from unheard.audit.finding import CheckResult, Finding, Severity
from unheard.audit.phrases import part_of, percent, plural, quoted

PAIRS = (("train", "test"), ("train", "validation"), ("validation", "test"))
BLOCKING_FROM = 0.01  # share of what is tested on
MANY_SENTENCES = 0.1
MOSTLY_DISTINCT = 0.5  # texts over utterances that have one; below, they are a vocabulary

NO_SPLITS = "No splits are drawn: run unheard corpus split, then audit what it wrote."


@dataclass(frozen=True)
class _Shared:
    """What two splits have in common by one column."""

    column: str
    pair: tuple[str, str]  # learnt from, tested on
    names: list[str]  # values on both sides
    num_names: int  # values of the second split
    rows: pl.DataFrame  # utterances on both sides that have them: id, split
    num_utterances: int  # of the second split

    @property
    def num_tested(self) -> int:
        return self.rows.filter(split=self.pair[1]).height

    @property
    def share(self) -> float:
        return self.num_tested / max(self.num_utterances, 1)


def check_shared_groups(material: Material) -> CheckResult:
    """A finding for each kind of group and pair of splits that share some."""
    frame = material.measured
    if frame["split"].drop_nulls().n_unique() < 2:
        return CheckResult(not_judged=(NO_SPLITS,))
    keys = _keys(frame)
    findings = [
        finding
        for column in keys.columns
        for pair in PAIRS
        if (finding := _tell(column, _shared(frame, keys[column], pair), keys.columns)) is not None
    ]
    return CheckResult(tuple(findings), judged=frame.height, not_judged=_not_judged(frame, keys))


def _keys(frame: pl.DataFrame) -> pl.DataFrame:
    """Columns that can be judged: a session is that of its speaker, for sessions are often just numbered."""
    columns = {"speaker": pl.col("speaker"), "device": pl.col("device")}
    if frame["speaker"].null_count() < frame.height:
        columns["session"] = pl.format("{} of {}", "session", pl.col("speaker").fill_null("nobody"))
    else:
        columns["session"] = pl.col("session")
    words = pl.col("text").str.to_lowercase().str.replace_all(r"[^\p{L}\p{M}\p{N}]+", " ").str.strip_chars()
    columns["text"] = pl.when(words != "").then(words)
    keys = frame.select(**{name: columns[name] for name in ("speaker", "session", "device", "text")})
    texts = keys["text"].drop_nulls()
    if texts.n_unique() < MOSTLY_DISTINCT * len(texts):
        keys = keys.drop("text")
    return keys.select(name for name in keys.columns if keys[name].null_count() < keys.height)


def _shared(frame: pl.DataFrame, key: pl.Series, pair: tuple[str, str]) -> _Shared:
    rows = frame.select("id", "split", key.alias("key")).filter(pl.col("split").is_in(pair))
    named = rows.drop_nulls("key")
    both = named.filter(pl.col("split").n_unique().over("key") > 1)
    tested = rows.filter(split=pair[1])
    return _Shared(
        column=key.name,
        pair=pair,
        names=both["key"].unique().sort().to_list(),
        num_names=tested["key"].drop_nulls().n_unique(),
        rows=both.select("id", "split"),
        num_utterances=tested.height,
    )


def _tell(column: str, shared: _Shared, known: Sequence[str]) -> Finding | None:
    if not shared.names:
        return None
    if column == "device":
        return _tell_devices(shared)
    if column == "text":
        return _tell_texts(shared)
    learnt, tested = shared.pair
    severity = _severity(shared, blocks=column == "speaker" or "speaker" not in known)
    return Finding(
        check="shared-groups",
        severity=severity,
        subject=f"splits {learnt} and {tested}",
        message=f"{part_of(len(shared.names), shared.num_names, column)} of {tested} are in {learnt} too, "
        f"with {percent(shared.share)} of the utterances of {tested}: {quoted(shared.names)}.",
        evidence=_evidence(shared),
        remedy=f"Split anew so that no {column} is on both sides: unheard corpus split --group-by {column}; "
        f"until then results on {tested} are about people that the model knows.",
        confidence=1.0,
        utterances=tuple(shared.rows["id"]),
    )


def _severity(shared: _Shared, blocks: bool) -> Severity:
    return "blocking" if blocks and shared.pair[0] == "train" and shared.share >= BLOCKING_FROM else "warning"


def _tell_devices(shared: _Shared) -> Finding | None:
    """Worth a note where not one device is new."""
    learnt, tested = shared.pair
    if len(shared.names) < shared.num_names or learnt != "train":
        return None
    return Finding(
        check="shared-groups",
        severity="note",
        subject=f"splits {learnt} and {tested}",
        message=f"Each of the {plural(shared.num_names, 'device')} of {tested} is in {learnt} too: results "
        f"on {tested} say nothing about other devices.",
        evidence=_evidence(shared),
        remedy="To know how a model does on devices that it has not heard, hold one out: "
        "unheard corpus split --method leave-one-group-out --group-by device.",
        confidence=1.0,
    )


def _tell_texts(shared: _Shared) -> Finding:
    learnt, tested = shared.pair
    many = shared.share >= MANY_SENTENCES and learnt == "train"
    return Finding(
        check="shared-groups",
        severity="warning" if many else "note",
        subject=f"splits {learnt} and {tested}",
        message=f"{part_of(len(shared.names), shared.num_names, 'sentence')} of {tested} are in {learnt} "
        f"too, said in {percent(shared.share)} of the utterances of {tested}: {quoted(shared.names)}.",
        evidence=_evidence(shared),
        remedy="If the model is to understand sentences that it has not read, leave these out of "
        f"{tested}, or split anew with: unheard corpus split --group-by text.",
        confidence=1.0,
        utterances=tuple(shared.rows["id"]),
    )


def _evidence(shared: _Shared) -> dict[str, str | float | int]:
    learnt, tested = shared.pair
    return {
        "column": shared.column,
        "num_shared": len(shared.names),
        f"num_{tested}": shared.num_names,
        f"utterances_in_{tested}": shared.num_tested,
        f"utterances_in_{learnt}": shared.rows.height - shared.num_tested,
        "share": round(shared.share, 4),
    }


def _not_judged(frame: pl.DataFrame, keys: pl.DataFrame) -> tuple[str, ...]:
    """Groups that are not named, or not for all."""
    sentences = []
    for column in ("speaker", "session"):
        missing = frame[column].null_count()
        if missing == frame.height and column == "speaker":
            sentences.append(
                "No speaker is named: whether one is on both sides can only be heard, by the check 'voices'."
            )
        elif 0 < missing < frame.height:
            sentences.append(f"{part_of(missing, frame.height, 'utterance')} name no {column}: not judged.")
    if "text" not in keys.columns and frame["text"].null_count() < frame.height:
        sentences.append("Texts are a vocabulary that is said again and again: shared ones are not judged.")
    return tuple(sentences)


CHECK = Check(
    "shared-groups",
    "leaks",
    "speakers, sessions, devices and sentences on both sides of a split",
    check_shared_groups,
    quick=True,
)
