"""Several annotators: how far they agree, who is unreliable, and which labels they would not have given."""

from __future__ import annotations

import math
import statistics
from typing import Any

import polars as pl

from unheard.audit.agreement import Agreement, agreement
from unheard.audit.check import Check, Material
from unheard.audit.consensus import Consensus, find_consensus
from unheard.audit.finding import CheckResult, Finding
from unheard.audit.judgements import COLUMN, PREFIX, Judgements, read_judgements
from unheard.audit.overruled import overruled, undecided
from unheard.audit.phrases import percent, plural, quoted

TENTATIVE_ALPHA, GOOD_ALPHA = 0.667, 0.8  # what Krippendorff 2004, "Content Analysis", asks for
MIN_JUDGEMENTS = 20  # of an annotator, to be called unreliable
BEHIND = 0.1  # how much less reliable than the median one is to be, beyond doubt
_Person = dict[str, Any]  # name, judgements, reliability, low, high


def check_annotators(material: Material) -> CheckResult:
    """Judges what `judgements.read_judgements` finds: columns that tell who gave which label."""
    judgements = read_judgements(material.measured)
    if judgements is None:
        told = (
            f"No column '{COLUMN}', none that begins with '{PREFIX}': agreement of annotators is not judged."
        )
        return CheckResult(not_judged=(told,))
    found = agreement(judgements.numbers("clip"), judgements.numbers("label"), material.seed)
    if found.num_clips == 0:
        return CheckResult(not_judged=("No clip was judged twice: agreement of annotators is not judged.",))
    consensus = find_consensus(*(judgements.numbers(name) for name in ("clip", "annotator", "label")))
    winners = _winners(judgements, consensus)
    people = _people(judgements, consensus)
    confused = _confused(winners)
    return CheckResult(
        findings=(
            *_low_alpha(found, confused),
            *_unreliable(people),
            *overruled(judgements, winners),
            *undecided(judgements, winners),
        ),
        judged=found.num_clips,
        not_judged=_not_judged(judgements, found, people),
        facts={
            "alpha": found.alpha,
            "alpha_low": found.low,
            "alpha_high": found.high,
            "annotators": people,
            "confused": confused,
        },
    )


def _winners(judgements: Judgements, consensus: Consensus) -> pl.DataFrame:
    """Of each clip that was judged at least twice the most probable label: clip, winner, probability, given.

    `given` lists the labels that it got.
    """
    frame = judgements.frame.with_columns(said=_names(judgements, judgements.frame["label"]))
    clips = frame.group_by("clip").agg(given="said").filter(pl.col("given").list.len() >= 2)
    best = consensus.frame.sort("probability", descending=True, maintain_order=True)
    best = best.group_by("clip", maintain_order=True).first()
    best = best.with_columns(winner=_names(judgements, best["label"])).drop("label")
    return clips.join(best, on="clip").sort("clip")


def _names(judgements: Judgements, numbers: pl.Series) -> pl.Series:
    return pl.Series(judgements.labels, dtype=pl.String).gather(numbers)


def _people(judgements: Judgements, consensus: Consensus) -> list[_Person]:
    """Annotators, the least reliable first; Wilson's interval of what the consensus takes for right."""
    counts = judgements.frame["annotator"].value_counts().sort("annotator")["count"]
    people = []
    for name, count, reliability in zip(judgements.annotators, counts, consensus.reliability, strict=True):
        low, high = _wilson(float(reliability), count)
        person = {"name": name, "judgements": count, "reliability": float(reliability)}
        people.append(person | {"low": low, "high": high})
    return sorted(people, key=lambda person: person["reliability"])


def _wilson(share: float, count: int) -> tuple[float, float]:
    """95 % interval of a share of `count`."""
    z = 1.96
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z * math.sqrt(share * (1 - share) / count + z**2 / (4 * count**2)) / (1 + z**2 / count)
    return middle - half, middle + half


def _confused(winners: pl.DataFrame) -> list[dict[str, Any]]:
    """The ten pairs of labels that one clip gets most often: consensus, label given instead, times."""
    pairs = winners.select("winner", said="given").explode("said")
    pairs = pairs.filter(pl.col("winner") != pl.col("said"))
    counts = pairs.group_by("winner", "said").agg(times=pl.len())
    top = counts.sort("times", "winner", "said", descending=[True, False, False]).head(10)
    return list(top.iter_rows(named=True))


def _low_alpha(found: Agreement, confused: list[dict[str, Any]]) -> list[Finding]:
    if found.alpha is None or found.alpha >= GOOD_ALPHA:
        return []
    poor = found.alpha < TENTATIVE_ALPHA
    verdict = "their labels are not to be relied on" if poor else "conclusions from them are tentative"
    mostly = f"; most often '{confused[0]['winner']}' is called '{confused[0]['said']}'" if confused else ""
    return [
        Finding(
            check="annotators",
            severity="warning" if poor else "note",
            subject="corpus",
            message=f"On {plural(found.num_clips, 'clip')} the annotators agree with an alpha of "
            f"{found.alpha:.2f} (95 % interval {found.low:.2f} to {found.high:.2f}), below "
            f"{TENTATIVE_ALPHA if poor else GOOD_ALPHA:g}: {verdict}{mostly}.",
            evidence={"alpha": found.alpha, "alpha_low": found.low, "alpha_high": found.high},
            remedy="Say in the instructions how the mixed-up labels differ; have their clips judged again.",
            confidence=0.95,
        )
    ]


def _unreliable(people: list[_Person]) -> list[Finding]:
    judged = [person for person in people if person["judgements"] >= MIN_JUDGEMENTS]
    if not judged:
        return []
    median = statistics.median(person["reliability"] for person in judged)
    return [_unreliable_one(person, median) for person in judged if person["high"] < median - BEHIND]


def _unreliable_one(person: _Person, median: float) -> Finding:
    return Finding(
        check="annotators",
        severity="warning",
        subject=f"annotator {person['name']}",
        message=f"Right in {percent(person['reliability'])} of {plural(person['judgements'], 'judgement')} "
        f"(95 % interval {percent(person['low'])} to {percent(person['high'])}); the median annotator is in "
        f"{percent(median)}.",
        evidence={**person, "median_reliability": median},
        remedy="Have the clips judged again by others, or leave this annotator's judgements out.",
        confidence=0.95,
    )


def _not_judged(judgements: Judgements, found: Agreement, people: list[_Person]) -> tuple[str, ...]:
    said = []
    once = judgements.frame["clip"].n_unique() - found.num_clips
    if once:
        said.append(f"{plural(once, 'clip')} with one judgement only.")
    if found.alpha is None:
        said.append("One label is all that was ever given: agreement beyond chance cannot be told.")
    few = [person["name"] for person in people if person["judgements"] < MIN_JUDGEMENTS]
    if few:
        said.append(f"{plural(len(few), 'annotator')} with under {MIN_JUDGEMENTS} judgements: {quoted(few)}.")
    if len(people) == 2:
        said.append("Two annotators: which of them is wrong where they differ cannot be told.")
    return tuple(said)


CHECK = Check(
    "annotators",
    "labels",
    "annotators who disagree or are unreliable, labels that a consensus overrules",
    check_annotators,
    quick=True,
)
