"""What people are asked to judge: suspicious utterances with everything that was found about each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from unheard.audit.finding import Finding

MOST_OTHERS = 3  # clips to compare with, where a finding is about few
_COLUMNS = ("id", "label", "speaker", "split")
MOST_CLIPS = 20  # a finding about more than that is about a group, which no single clip decides


@dataclass(frozen=True)
class Clip:
    """An utterance, and what it is known as."""

    utterance: str
    label: str | None
    speaker: str | None
    split: str | None


@dataclass(frozen=True)
class ReviewItem:
    """One suspicious clip. Findings with the highest confidence stand first."""

    clip: Clip
    findings: tuple[Finding, ...]
    others: tuple[Clip, ...] = ()  # that the surest finding is about too, where these are few
    suggested_label: str | None = None  # what the surest finding proposes, else what another clip has

    @property
    def utterance(self) -> str:
        return self.clip.utterance

    @property
    def confidence(self) -> float:
        """That of its surest finding."""
        return self.findings[0].confidence


@dataclass(frozen=True)
class Review:
    """The utterances to look at, surest first, out of `num_found`."""

    items: tuple[ReviewItem, ...]
    num_found: int


def to_judge(finding: Finding) -> list[str]:
    """Utterances of a finding that it leaves to people. Notes that propose nothing leave nothing."""
    if finding.actions:
        return list(dict.fromkeys(action.utterance for action in finding.actions if not action.sure))
    return [] if finding.severity == "note" else list(finding.utterances)


def choose_items(findings: Iterable[Finding], utterances: pl.DataFrame, limit: int) -> Review:
    """At most `limit` utterances, the surest of each check in turn, so that no check crowds out another.

    `utterances` has the columns of a corpus. What is found about groups of clips is left out.
    """
    about: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: -finding.confidence):
        for name in to_judge(finding) if _is_about_clips(finding) else []:
            about.setdefault(name, []).append(finding)
    wanted = {*about, *(name for rows in about.values() for name in rows[0].utterances)}
    rows = utterances.filter(pl.col("id").is_in(list(wanted))).select(_COLUMNS).iter_rows()
    clips = {row[0]: Clip(*row) for row in rows}
    found = [_item(clips[name], rows, clips) for name, rows in about.items() if name in clips]
    turns = _turns(found)
    chosen = sorted(found, key=lambda item: turns[item.utterance])[:limit]
    return Review(tuple(sorted(chosen, key=lambda item: -item.confidence)), len(found))


def _is_about_clips(finding: Finding) -> bool:
    """Whether single clips can be judged by it."""
    has_clips = bool(finding.actions) or finding.subject.startswith(("utterance ", "recording "))
    return has_clips and len(to_judge(finding)) <= MOST_CLIPS


def _turns(items: Sequence[ReviewItem]) -> dict[str, int]:
    """By utterance, how many of the same check stand before it."""
    counts: Counter[str] = Counter()
    turns = {}
    for item in items:
        turns[item.utterance] = counts[item.findings[0].check]
        counts[item.findings[0].check] += 1
    return turns


def _item(clip: Clip, findings: Sequence[Finding], clips: Mapping[str, Clip]) -> ReviewItem:
    actions = [action for finding in findings for action in finding.actions]
    labels = [action.label for action in actions if action.utterance == clip.utterance and action.label]
    names = [name for name in findings[0].utterances if name != clip.utterance and name in clips]
    others = [clips[name] for name in names] if len(names) <= MOST_OTHERS else []
    labels += [other.label for other in others if other.label not in (None, clip.label)]
    return ReviewItem(clip, tuple(findings), tuple(others), next(iter(labels), None))
