"""Utterances with exactly the same samples, whatever their files are called and however they are coded."""

from __future__ import annotations

from unheard.audit.check import Check, Material
from unheard.audit.copies import find_copies
from unheard.audit.copy_groups import CopyGroup, are_equal, copy_groups, names
from unheard.audit.finding import Action, CheckResult, Finding
from unheard.audit.per_clip import ONCE_SHARE
from unheard.audit.phrases import part_of, plural, quoted

SAME = ("label", "text", "speaker")  # columns in which copies agree that nobody needs twice


def check_identical(material: Material) -> CheckResult:
    """One finding for each group of identical utterances, or one for all where most utterances are copies."""
    copies, frame = find_copies(material), material.measured
    groups = copy_groups(frame, copies.contents)
    findings = [_finding(material, group) for group in groups]
    num_copies = sum(len(group.others) for group in groups)
    if num_copies > ONCE_SHARE * frame.height and len(groups) > 1:
        findings = [_once(findings, num_copies, frame.height)]
    return CheckResult(
        findings=tuple(findings),
        judged=frame.height,
        not_judged=copies.not_judged,
        facts={"groups": len(groups), "copies": num_copies},
    )


def _finding(material: Material, group: CopyGroup) -> Finding:
    frame = material.measured
    kept, *others = names(frame, group.rows)
    sure = are_equal(frame, group.rows, SAME)
    remedy = (
        f"Keep '{kept}' and drop the rest: copies only add weight; one that is held out stays where it is."
        if sure
        else "Find out which of their labels, texts and speakers are right, and keep that one."
    )
    return Finding(
        check="identical",
        severity="warning",
        subject=f"utterance {kept}",
        message=f"{plural(len(others), 'other utterance')} hold{'s' if len(others) == 1 else ''} "
        f"exactly the same samples: {quoted(others)}.",
        evidence={"copies": len(others), "first_copy": others[0], "agree_in_label_text_speaker": sure},
        remedy=remedy,
        confidence=1.0,
        utterances=(kept, *others),
        actions=tuple(Action("drop", name, sure=True) for name in others) if sure else (),
    )


def _once(findings: list[Finding], num_copies: int, total: int) -> Finding:
    return Finding(
        check="identical",
        severity="warning",
        subject="corpus",
        message=f"{part_of(num_copies, total, 'utterance')} hold exactly the samples of another one.",
        evidence={"copies": num_copies, "of": total, "groups": len(findings)},
        remedy="Look for a folder that was copied or listed twice, and drop all copies but one.",
        confidence=1.0,
        utterances=tuple(name for finding in findings for name in finding.utterances),
        actions=tuple(action for finding in findings for action in finding.actions),
    )


CHECK = Check(
    "identical",
    "duplicates",
    "utterances with the same samples, in whatever file or format",
    check_identical,
    quick=True,
)
