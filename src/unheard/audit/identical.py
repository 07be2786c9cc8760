"""Utterances with exactly the same samples, whatever their files are called and however they are coded."""

from __future__ import annotations

from unheard.audit.check import Check, Material
from unheard.audit.copies import find_copies
from unheard.audit.copy_groups import CopyGroup, are_equal, copy_groups, each_or_once, names
from unheard.audit.finding import Action, CheckResult, Finding
from unheard.audit.phrases import plural, quoted

SAME = ("label", "text", "speaker")  # columns in which copies agree that nobody needs twice

# where most utterances are copies
WHAT_MOST = "hold exactly the samples of another one"
REMEDY_MOST = "Look for a folder that was copied or listed twice, and drop all copies but one."


def check_identical(material: Material) -> CheckResult:
    """One finding for each group of identical utterances, or one for all where most utterances are copies."""
    copies, frame = find_copies(material), material.measured
    groups = copy_groups(frame, copies.contents)
    findings = [_finding(material, group) for group in groups]
    num_copies = sum(len(group.others) for group in groups)
    return CheckResult(
        findings=tuple(each_or_once(findings, groups, frame.height, WHAT_MOST, REMEDY_MOST)),
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


CHECK = Check(
    "identical",
    "duplicates",
    "utterances with the same samples, in whatever file or format",
    check_identical,
    quick=True,
)
