"""Clips that do not sound like their label, by models that never heard their speaker.

Where speakers are on both sides of a fold, models learn a speaker's mistakes and agree with them. Here whole
speakers are held out. A finding's confidence is the probability that the label is wrong; it was compared with
planted mistakes: of the clips with 90 %, nine in ten are wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unheard.audit.check import Check, Material
from unheard.audit.finding import CheckResult
from unheard.audit.label_findings import JudgedLabels, label_findings
from unheard.audit.labelled_words import LabelledWords, labelled_words
from unheard.audit.mislabelled import Doubts, doubt_labels
from unheard.audit.phrases import percent, plural
from unheard.errors import MissingExtraError

MIN_WRONG = 0.2  # probability from which a clip is worth a finding
MIN_RECOGNISED = 0.5  # share of a label's clips below which wrong ones may be missed
FEW_SPEAKERS = 10


def check_labels(material: Material) -> CheckResult:
    """Clips, speakers and pairs of labels of which the labels seem wrong."""
    try:
        words = labelled_words(material)
        if not len(words):
            return CheckResult(not_judged=words.not_judged)
        doubts = doubt_labels(words.features, words.classes, words.groups, material.seed)
    except MissingExtraError as error:
        return CheckResult(not_judged=(f"No label is judged. {error}",))
    recognised = _recognised(words, doubts)
    judged = JudgedLabels(words, doubts, doubts.wrong >= MIN_WRONG)
    return CheckResult(
        findings=tuple(label_findings(judged)),
        judged=len(words),
        not_judged=(*words.not_judged, *_not_judged(words, recognised)),
        facts=_facts(judged, recognised),
    )


def _recognised(words: LabelledWords, doubts: Doubts) -> Mapping[str, float]:
    """For each label the share of its clips that sound like it most."""
    hit = doubts.heard.argmax(axis=1) == words.classes
    return {name: float(hit[words.classes == number].mean()) for number, name in enumerate(words.names)}


def _not_judged(words: LabelledWords, recognised: Mapping[str, float]) -> list[str]:
    sentences = []
    unknown = [name for name, share in recognised.items() if share < MIN_RECOGNISED]
    if unknown:
        worst = min(unknown, key=lambda name: recognised[name])
        sentences.append(
            f"{plural(len(unknown), 'label')}: wrong clips may be missed; models recognise less than half of "
            f"those of speakers that they have not heard, least of '{worst}' ({percent(recognised[worst])})."
        )
    num_groups = int(words.groups.max()) + 1
    if not words.by_speaker:
        sentences.append(
            "Mistakes that one speaker makes in all clips: no speaker is named, so models may have heard the "
            "speakers of the clips that they judge."
        )
    elif num_groups < FEW_SPEAKERS:
        sentences.append(
            f"What a speaker says in an own way, against what is labelled wrong: there are only {num_groups} "
            "speakers to tell them apart."
        )
    return sentences


def _facts(judged: JudgedLabels, recognised: Mapping[str, float]) -> dict[str, Any]:
    classes = judged.words.classes
    by_label = {
        name: {
            "clips": int((classes == number).sum()),
            "recognised": round(recognised[name], 4),
            "wrong": int(judged.wrong[classes == number].sum()),
        }
        for number, name in enumerate(judged.words.names)
    }
    return {
        "expected_wrong": round(float(judged.doubts.wrong.sum()), 1),
        "found_wrong": int(judged.wrong.sum()),
        "of": len(judged.words),
        "labels": by_label,
    }


CHECK = Check("labels", "labels", "clips that do not sound like their label", check_labels)
