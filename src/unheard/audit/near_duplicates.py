"""The same recording more than once: cut elsewhere, coded again, louder, with noise added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from unheard.audit.check import Check, Material
from unheard.audit.copies import Copies, NearPair, find_copies
from unheard.audit.copy_groups import CopyGroup, copy_groups, each_or_once, names
from unheard.audit.finding import Action, CheckResult, Evidence, Finding
from unheard.audit.phrases import plural, quoted
from unheard.audit.same_audio import Likeness

CONFIDENCE = {0.90: 0.99, 0.0: 0.9}  # from a coherence on; measured on pairs of real recordings

# where most utterances are copies
WHAT_MOST = "are another one's recording, cut or changed"
REMEDY_MOST = "Look for a step that cut, augmented or coded recordings again, and audit what went into it."


def check_near_duplicates(material: Material) -> CheckResult:
    """One finding for each group of utterances with the same audio that are not all identical."""
    copies, frame = find_copies(material), material.measured
    tied = np.array([copies.clusters[pair.first] for pair in copies.near], np.int64)
    alone = -1 - np.arange(frame.height)  # what is only identical to others has a check of its own
    groups = copy_groups(frame, np.where(np.isin(copies.clusters, tied), copies.clusters, alone))
    pairs = _by_cluster(copies)
    findings = [_finding(material, group, pairs[int(copies.clusters[group.kept])]) for group in groups]
    num_copies = sum(len(group.others) for group in groups)
    return CheckResult(
        findings=tuple(each_or_once(findings, groups, frame.height, WHAT_MOST, REMEDY_MOST)),
        judged=frame.height,
        not_judged=copies.not_judged,
        facts={"groups": len(groups), "copies": num_copies, "pairs": len(copies.near)},
    )


def _by_cluster(copies: Copies) -> Mapping[int, list[NearPair]]:
    pairs: dict[int, list[NearPair]] = {}
    for pair in copies.near:
        pairs.setdefault(int(copies.clusters[pair.first]), []).append(pair)
    return pairs


def _finding(material: Material, group: CopyGroup, pairs: Sequence[NearPair]) -> Finding:
    kept, *others = names(material.measured, group.rows)
    worst = min(pairs, key=lambda pair: pair.likeness.coherence).likeness
    evidence: Evidence = {
        "copies": len(others),
        "first_copy": others[0],
        "lowest_correlation": round(worst.correlation, 4),
        "lowest_coherence": round(worst.coherence, 4),
        "compared_s": round(worst.overlap_s, 2),
    }
    if len(others) == 1:
        message, more = _difference(others[0], _seen_from(group.kept, pairs[0]))
        evidence = {**evidence, **more}
    else:
        message = (
            f"{plural(len(others), 'other utterance')} are the same recording, cut or changed: "
            f"{quoted(others)}; the waveforms correlate with {worst.correlation:.3f} or more."
        )
    return Finding(
        check="near-duplicates",
        severity="warning",
        subject=f"utterance {kept}",
        message=message,
        evidence=evidence,
        remedy=f"Listen and keep one, for instance '{kept}': copies add weight, not speech, "
        "and must not lie on both sides of a split.",
        confidence=next(value for least, value in CONFIDENCE.items() if worst.coherence >= least),
        utterances=(kept, *others),
        actions=tuple(Action("drop", name, sure=False) for name in others),
    )


def _seen_from(kept: int, pair: NearPair) -> Likeness:
    """How the other of two differs from the one that stays."""
    if pair.first == kept:
        return pair.likeness
    likeness = pair.likeness
    return replace(likeness, offset_s=-likeness.offset_s, gain_db=-likeness.gain_db)


def _difference(name: str, likeness: Likeness) -> tuple[str, Evidence]:
    """A sentence on two copies, and its figures."""
    offset_ms, gain_db = 1000 * likeness.offset_s, likeness.gain_db
    when = f"begins {abs(offset_ms):.0f} ms {'later' if offset_ms > 0 else 'earlier'}"
    level = f"is {abs(gain_db):.1f} dB {'louder' if gain_db > 0 else 'fainter'}"
    differences = [when] * (abs(offset_ms) >= 0.5) + [level] * (abs(gain_db) >= 0.05)
    what = " and ".join(differences) or "begins with it and is as loud"
    message = (
        f"'{name}' is the same recording: it {what}, "
        f"and the waveforms correlate with {likeness.correlation:.3f}."
    )
    return message, {"offset_ms": round(offset_ms, 1), "gain_db": round(gain_db, 1)}


CHECK = Check(
    "near-duplicates",
    "duplicates",
    "the same recording again: cut elsewhere, coded again, with noise",
    check_near_duplicates,
)
