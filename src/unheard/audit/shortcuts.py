"""Shortcuts: whether the label, the split or the speaker can be told from what is not speech.

A model takes whatever tells the labels apart. Where one label was recorded with another microphone, the hiss
between its words does; the model is then good in its own test, and useless elsewhere.

Linear discriminants see the background's spectrum, the file's metadata and so on, a family at a time, and are
tested on whole speakers that they have not seen. Words differ in length and level by themselves: there a
label must be told far better before it is a finding, and that its speech tells it never is one.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.audit.check import Check, Material
from unheard.audit.finding import CheckResult, Evidence, Finding, Severity
from unheard.audit.recognition import balanced_accuracies
from unheard.audit.shortcut_answers import Answer, Told, ask, numbered
from unheard.audit.shortcut_features import BACKGROUND, DEVICE, FILE, features_of
from unheard.signal.background import BAND_CENTRES_HZ

BLOCKING_FROM = 0.75  # balanced accuracy of a label, on speakers held out
SPLIT_WARNING_FROM = 0.7
FEW_SPEAKERS = 10  # up to here a model hears so few rooms that it may learn them
_MANY_LABELS = 0.4  # from this share on it is said once for all
_NO_WORD_DOES = (BACKGROUND, FILE, DEVICE)  # families that do not describe what is said


def check_shortcuts(material: Material) -> CheckResult:
    """Labels, splits and speakers that can be told from what is not speech."""
    frame = material.measured.filter(pl.col("failed").is_null())
    labels, splits, speakers = (ask(frame, target, material.seed) for target in ("label", "split", "speaker"))
    answers = (labels, splits, speakers)
    return CheckResult(
        findings=(*_tell_labels(labels), *_tell_splits(splits), *_tell_speakers(speakers)),
        judged=sum(max((len(told.accuracy) for told in answer.told), default=0) for answer in answers),
        not_judged=tuple(sentence for answer in answers for sentence in answer.not_judged),
        facts={answer.target: _facts(answer) for answer in answers if answer.told},
    )


def _tell_labels(answer: Answer) -> list[Finding]:
    """A finding for each label that is told, or one for all where these are many."""
    by_label: dict[str, Told] = {}
    for told in sorted(answer.told, key=lambda one: one.family not in _NO_WORD_DOES):
        for label in told.found:
            by_label.setdefault(label, told)
    if len(by_label) > max(3, _MANY_LABELS * answer.rows["label"].n_unique()):
        return [_tell_many_labels(answer, by_label)]
    return [_tell_label(answer, label, told) for label, told in by_label.items()]


def _tell_label(answer: Answer, label: str, told: Told) -> Finding:
    accuracy = told.accuracy[label]
    return Finding(
        check="shortcuts",
        severity=_label_severity(answer, told, accuracy),
        subject=f"label '{label}'",
        message=f"Label '{label}' can be told from the others by its {told.family.name} alone: "
        f"{_figures(accuracy, told.found[label])}, {_how(answer)}.",
        evidence={
            **_accuracies(answer, label),
            "p_value": told.found[label],
            **_most_telling(answer, told, label),
        },
        remedy=f"Record '{label}' with the microphones, rooms and settings of the other labels, or leave out "
        "what differs: a model learns the recording instead of the word.",
        confidence=_label_confidence(answer),
    )


def _tell_many_labels(answer: Answer, by_label: dict[str, Told]) -> Finding:
    best = max(by_label, key=lambda label: by_label[label].accuracy[label])
    told, accuracy = by_label[best], by_label[best].accuracy[best]
    count = f"{len(by_label)} of {answer.rows['label'].n_unique()} labels"
    return Finding(
        check="shortcuts",
        severity=_label_severity(answer, told, accuracy),
        subject="corpus",
        message=f"{count} can be told without what is said, best '{best}' by its {told.family.name}: "
        f"{_figures(accuracy, told.found[best])}, {_how(answer)}.",
        evidence={
            "labels": ", ".join(list(by_label)[:20]),
            **_accuracies(answer, best),
            "p_value": told.found[best],
            **_most_telling(answer, told, best),
        },
        remedy="Record all labels with the same microphones, rooms and settings: a model learns the "
        "recording instead of the word.",
        confidence=_label_confidence(answer),
    )


def _label_severity(answer: Answer, told: Told, accuracy: float) -> Severity:
    honest = answer.held_out == "speaker" and told.family in _NO_WORD_DOES
    return "blocking" if honest and accuracy >= BLOCKING_FROM else "warning"


def _label_confidence(answer: Answer) -> float:
    return 0.95 if answer.held_out == "speaker" else 0.7


def _tell_splits(answer: Answer) -> list[Finding]:
    """One finding for the family that tells splits best."""
    told = max((one for one in answer.told if one.found), key=_best, default=None)
    if told is None:
        return []
    split, accuracy = next(iter(told.found)), _best(told)
    return [
        Finding(
            check="shortcuts",
            severity="warning" if accuracy >= SPLIT_WARNING_FROM else "note",
            subject=f"split '{split}'",
            message=f"Split '{split}' was recorded under other conditions: its clips can be told by their "
            f"{told.family.name} alone, {_figures(accuracy, told.found[split])}, {_how(answer)}.",
            evidence={
                **_accuracies(answer, split),
                "p_value": told.found[split],
                **_most_telling(answer, told, split),
            },
            remedy="If it is meant so, say it beside the figures of the test; else split anew, by speaker "
            "and not by where or when it was recorded.",
            confidence=0.95 if answer.held_out != "id" else 0.7,
        )
    ]


def _tell_speakers(answer: Answer) -> list[Finding]:
    """One finding for all speakers."""
    told = _family_of_speakers(answer)
    if told is None:
        return []
    few = answer.rows["speaker"].n_unique() <= FEW_SPEAKERS
    best = max(told.found, key=lambda speaker: told.accuracy[speaker])
    sessions = "" if answer.held_out == "session" else " (no sessions are named that could be held out)"
    return [
        Finding(
            check="shortcuts",
            severity="warning" if few else "note",
            subject="corpus",
            message=f"{len(told.found)} of {len(told.accuracy)} speakers can be told by the "
            f"{told.family.name} of their clips, {_figures(told.mean, told.found[best])} on average, "
            f"{_how(answer)}{sessions}: speaker identification on this corpus may be microphone "
            "identification.",
            evidence={
                "speakers_told": ", ".join(list(told.found)[:20]),
                **{f"{one.family.name}, mean balanced accuracy": round(one.mean, 4) for one in answer.told},
                "p_value": told.found[best],
            },
            remedy="Judge models on speakers, and with them microphones, that they have not heard; to "
            "identify speakers, record each in several sessions on several devices, and hold out sessions.",
            confidence=0.95,
        )
    ]


def _family_of_speakers(answer: Answer) -> Told | None:
    """The background, where most speakers have one; else what tells speakers best."""
    found = [told for told in answer.told if told.found]
    for told in found:
        if told.family is BACKGROUND and len(told.accuracy) > 0.5 * answer.rows["speaker"].n_unique():
            return told
    return max(found, key=lambda told: len(told.found), default=None)


def _best(told: Told) -> float:
    return told.accuracy[next(iter(told.found))]


def _figures(accuracy: float, p_value: float) -> str:
    return f"balanced accuracy {accuracy:.2f} against 0.50 by chance (p = {p_value:.3f})"


def _how(answer: Answer) -> str:
    if answer.held_out == "id":
        return "tested clip by clip"
    return f"tested on {answer.held_out}s held out"


def _accuracies(answer: Answer, name: str) -> Evidence:
    """Balanced accuracy of one class by each family that knows it."""
    known = [told for told in answer.told if name in told.accuracy]
    return {f"{told.family.name}, balanced accuracy": round(told.accuracy[name], 4) for told in known}


def _most_telling(answer: Answer, told: Told, name: str) -> Evidence:
    """Where the spectrum of a class differs most from the others', or the column that tells it best."""
    is_class = (answer.rows[answer.target] == name).to_numpy()
    spectrum = features_of(answer.rows, told.family.columns[:1])
    if told.family is BACKGROUND and spectrum is not None:
        known, bands_db = spectrum
        return _largest_difference(bands_db[is_class[known]], bands_db[~is_class[known]])
    columns = {column: _alone(answer, column, is_class) for column in told.family.columns}
    best = max(columns, key=lambda column: columns[column])
    return {"most_telling_column": best, "its_balanced_accuracy": round(columns[best], 4)}


def _largest_difference(own_db: NDArray[np.float32], others_db: NDArray[np.float32]) -> Evidence:
    difference = own_db.mean(axis=0) - others_db.mean(axis=0)
    band = int(np.abs(difference).argmax())
    hz = round(float(BAND_CENTRES_HZ[band]))
    return {"largest_difference_hz": hz, "largest_difference_db": round(float(difference[band]), 1)}


def _alone(answer: Answer, column: str, is_class: NDArray[np.bool_]) -> float:
    """Balanced accuracy of one class by one column."""
    found = features_of(answer.rows, (column,))
    if found is None:
        return 0.5
    known, features = found
    groups = numbered(answer.rows["_group"].filter(pl.Series(known)))
    classes = is_class[known].astype(np.int64)
    return float(balanced_accuracies(features, classes, groups, np.random.default_rng(0))[1])


def _facts(answer: Answer) -> dict[str, object]:
    """Every balanced accuracy, for plots."""
    return {
        "held_out": answer.held_out,
        "num_clips": answer.rows.height,
        "balanced_accuracy": {told.family.name: dict(told.accuracy) for told in answer.told},
    }


CHECK = Check(
    "shortcuts",
    "shortcuts",
    "labels, splits and speakers that can be told from what is not speech",
    check_shortcuts,
)
