"""Findings about labels: of single clips, of a speaker, of two labels that are mixed up, of all at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.audit.finding import Action, Finding
from unheard.audit.labelled_words import LabelledWords
from unheard.audit.mislabelled import Doubts
from unheard.audit.phrases import part_of, percent, plural

CLEAR = 0.8  # probability to be wrong from which a clip is a warning, below a note
MIN_HEARD = 0.8  # probability from which another label is proposed
ONCE_SHARE = 0.4  # when a larger share of all clips is wrong, it is said once
MIN_MIXED_UP = 0.05  # share of the clips of one word with the label of another
MIN_MIXED_UP_CLIPS = 5
MIN_MIXED_UP_GROUPS = 3
MIN_SPEAKER_CLIPS = 4  # wrong ones that are at least half of a speaker's
MIN_OWN_WAY_CLIPS = 3  # wrong ones of one label and one speaker
OWN_WAY_CONFIDENCE = 0.5  # they may be wrong, or how the speaker says it

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class JudgedLabels:
    """`wrong` `(num_clips,)`: clips worth a finding."""

    words: LabelledWords
    doubts: Doubts
    wrong: NDArray[np.bool_]

    def ids(self, rows: Rows) -> tuple[str, ...]:
        """Names of utterances."""
        return tuple(self.words.rows["id"].gather(rows))

    def heard(self, row: int) -> tuple[str, str, float, float]:
        """A clip's label, the other label that it sounds most like, and the probabilities of both."""
        label, heard = int(self.words.classes[row]), self.doubts.heard[row]
        other = int(np.argmax(np.where(np.arange(len(heard)) == label, -1, heard)))
        return self.words.names[label], self.words.names[other], float(heard[label]), float(heard[other])


def label_findings(judged: JudgedLabels) -> list[Finding]:
    """All findings; a clip that is part of a speaker's has none of its own."""
    if judged.wrong.sum() > ONCE_SHARE * len(judged.words):
        return [_mostly_wrong(judged)]
    speakers = _speakers(judged)
    own_ways = _own_ways(judged, _rows_of(speakers))
    told = np.isin(np.arange(len(judged.words)), _rows_of([*speakers, *own_ways]))
    clips = np.flatnonzero(judged.wrong & ~told)
    order = clips[np.argsort(-judged.doubts.wrong[clips], kind="stable")]
    return [
        *_mixed_up(judged),
        *(_speaker(judged, rows) for rows in speakers),
        *(_clip(judged, int(row)) for row in order),
        *(_own_way(judged, rows) for rows in own_ways),
    ]


def _mostly_wrong(judged: JudgedLabels) -> Finding:
    rows = np.flatnonzero(judged.wrong)
    return Finding(
        check="labels",
        severity="warning",
        subject="corpus",
        message=f"{part_of(len(rows), len(judged.words), 'clip')} sound like another label than theirs.",
        evidence={"clips": len(rows), "of": len(judged.words)},
        remedy="Check how labels were joined to recordings; a shifted table looks like this.",
        confidence=0.7,
        utterances=judged.ids(rows),
    )


def _speakers(judged: JudgedLabels) -> list[Rows]:
    """Wrong clips of each speaker of whom half or more are wrong."""
    if not judged.words.by_speaker:
        return []
    groups = judged.words.groups
    wrong, total = np.bincount(groups, judged.wrong), np.bincount(groups)
    bad = np.flatnonzero((wrong >= MIN_SPEAKER_CLIPS) & (wrong >= 0.5 * total))
    return [np.flatnonzero((groups == group) & judged.wrong) for group in bad]


def _speaker(judged: JudgedLabels, rows: Rows) -> Finding:
    speaker = judged.words.rows["speaker"][int(rows[0])]
    total = int((judged.words.groups == judged.words.groups[rows[0]]).sum())
    return Finding(
        check="labels",
        severity="warning",
        subject=f"speaker '{speaker}'",
        message=f"{part_of(len(rows), total, 'clip')} of speaker '{speaker}' do not sound like their labels.",
        evidence={"clips": len(rows), "of": total},
        remedy="Listen to some: either the labels of this speaker are mixed up, or the recordings cannot be "
        "understood and are better dropped.",
        confidence=float(judged.doubts.wrong[rows].mean()),
        utterances=judged.ids(rows),
        actions=tuple(_action(judged, int(row)) for row in rows),
    )


def _own_ways(judged: JudgedLabels, told: Rows) -> list[Rows]:
    """Wrong clips of one label and one speaker, where these are several."""
    if not judged.words.by_speaker:
        return []
    cells = pl.DataFrame({"group": judged.words.groups, "label": judged.words.classes}).with_row_index("row")
    wrong = cells.filter(pl.Series(judged.wrong) & ~pl.col("row").is_in(told.tolist()))
    several = (
        wrong.group_by("group", "label").agg("row").filter(pl.col("row").list.len() >= MIN_OWN_WAY_CLIPS)
    )
    return [np.sort(rows.to_numpy()).astype(np.int64) for rows in several.sort("group", "label")["row"]]


def _own_way(judged: JudgedLabels, rows: Rows) -> Finding:
    words, first = judged.words, int(rows[0])
    speaker, label = words.rows["speaker"][first], words.names[words.classes[first]]
    cell = (words.groups == words.groups[first]) & (words.classes == words.classes[first])
    others = pl.Series([judged.heard(int(row))[1] for row in rows])
    other = others.mode().sort()[0]
    return Finding(
        check="labels",
        severity="note",
        subject=f"speaker '{speaker}', label '{label}'",
        message=f"{part_of(len(rows), int(cell.sum()), 'clip')} of '{label}' by speaker '{speaker}' sound "
        f"like another label, most like '{other}'.",
        evidence={"clips": len(rows), "of": int(cell.sum()), "label": label, "suggested": other},
        remedy="Listen to some: these labels are wrong, or this speaker says it so and no other does; then "
        "record more who do.",
        confidence=min(OWN_WAY_CONFIDENCE, float(judged.doubts.wrong[rows].mean())),
        utterances=judged.ids(rows),
        actions=tuple(_action(judged, int(row)) for row in rows),
    )


def _clip(judged: JudgedLabels, row: int) -> Finding:
    label, other, heard_label, heard_other = judged.heard(row)
    wrong, ids = float(judged.doubts.wrong[row]), judged.ids(np.array([row]))
    if heard_other >= MIN_HEARD:
        message = (
            f"It sounds like '{other}' ({percent(heard_other)}), not like its label '{label}' "
            f"({percent(heard_label)})."
        )
        remedy = f"Listen to it; label it '{other}' if that is what is said, else drop it."
    else:
        message = (
            f"It does not sound like its label '{label}' ({percent(heard_label)}), nor clearly like another "
            f"('{other}' {percent(heard_other)})."
        )
        remedy = f"Listen to it; drop it if '{label}' is cut off or cannot be understood."
    return Finding(
        check="labels",
        severity="warning" if wrong >= CLEAR else "note",
        subject=f"utterance {ids[0]}",
        message=message,
        evidence={
            "label": label,
            "heard_label": round(heard_label, 4),
            "suggested": other,
            "heard_suggested": round(heard_other, 4),
        },
        remedy=remedy,
        confidence=wrong,
        utterances=ids,
        actions=(_action(judged, row),),
    )


def _action(judged: JudgedLabels, row: int) -> Action:
    """For review: the label that is heard clearly, else to drop the clip."""
    name = judged.words.rows["id"][row]
    _, other, _, heard_other = judged.heard(row)
    if heard_other >= MIN_HEARD:
        return Action("relabel", name, sure=False, label=other)
    return Action("drop", name, sure=False)


def _mixed_up(judged: JudgedLabels) -> list[Finding]:
    """Pairs of labels of which one is often given to the other's word, by several speakers."""
    words, matrix, heard = judged.words, judged.doubts.mixed_up, judged.doubts.heard.argmax(axis=1)
    findings = []
    for word, label in np.argwhere((matrix >= MIN_MIXED_UP) & ~np.eye(len(matrix), dtype=bool)):
        rows = np.flatnonzero(judged.wrong & (words.classes == label) & (heard == word))
        if len(rows) >= MIN_MIXED_UP_CLIPS and len(set(words.groups[rows])) >= MIN_MIXED_UP_GROUPS:
            share = float(matrix[word, label])
            findings.append(_mixed_up_pair(judged, words.names[word], words.names[label], share, rows))
    return findings


def _mixed_up_pair(judged: JudgedLabels, word: str, label: str, share: float, rows: Rows) -> Finding:
    return Finding(
        check="labels",
        severity="warning",
        subject=f"label '{label}'",
        message=f"About {percent(share)} of the clips that say '{word}' are labelled '{label}': "
        f"{plural(len(rows), 'clip')}.",
        evidence={"word": word, "label": label, "share": round(share, 4), "clips": len(rows)},
        remedy=f"Look at how '{word}' and '{label}' were labelled or named; listen to some of these clips.",
        confidence=float(judged.doubts.wrong[rows].mean()),
        utterances=judged.ids(rows),
    )


def _rows_of(sets: list[Rows]) -> Rows:
    return np.concatenate(sets) if sets else np.zeros(0, np.int64)
