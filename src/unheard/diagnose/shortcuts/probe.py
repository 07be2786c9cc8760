"""The audit's probe on what the model learned from: which labels tell themselves by their recording."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from unheard.audit.audit import side_by_side
from unheard.audit.measure import measure_corpus
from unheard.audit.shortcut_answers import ask
from unheard.audit.shortcut_features import BACKGROUND, DEVICE, FILE
from unheard.corpus.table import Corpus

CLIPS_A_LABEL, MOST_CLIPS = 100, 1_500
_NO_WORD_DOES = {BACKGROUND.name, FILE.name, DEVICE.name}


@dataclass(frozen=True)
class Probe:
    """By family of features ("background noise", "file", "device") the balanced accuracy of each label.

    held_out: "speaker", "session", or "id": clip by clip. found: label -> (family, balanced accuracy, p).
    """

    num_clips: int
    held_out: str
    accuracy: dict[str, dict[str, float]]
    found: dict[str, tuple[str, float, float]]


def probe(corpus: Corpus, labels: tuple[str, ...], num_workers: int, seed: int) -> Probe:
    """Measure some clips of each label, and let what is not speech tell the labels."""
    utterances = corpus.utterances.filter(pl.col("label").is_in(labels))
    turn = pl.int_range(pl.len()).shuffle(seed).over("label")
    each = min(CLIPS_A_LABEL, MOST_CLIPS // max(1, utterances["label"].n_unique()))
    some = replace(corpus, frame=utterances.filter(turn < each))
    measured = measure_corpus(some, num_workers=num_workers)
    frame = side_by_side(some.frame, measured.frame).filter(pl.col("failed").is_null())
    answer = ask(frame, "label", seed)
    told = [one for one in answer.told if one.family.name in _NO_WORD_DOES]
    found = {
        label: (one.family.name, one.accuracy[label], p_value)
        for one in reversed(told)
        for label, p_value in one.found.items()
    }
    accuracy = {one.family.name: dict(one.accuracy) for one in told}
    return Probe(frame.height, answer.held_out, accuracy, found)
