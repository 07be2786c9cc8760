"""Trained with the speakers of test clips, and without them: what having heard them is worth on these clips.

Half of the heard speakers are asked about; the other training has as many clips, of others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unheard.corpus.labelled import clip_groups
from unheard.corpus.table import Corpus
from unheard.diagnose.arms import Arm, arm_answers, shortened, with_validation
from unheard.diagnose.cause import Points
from unheard.diagnose.experiment import Material, Part
from unheard.diagnose.familiar import Familiar
from unheard.diagnose.points import mean_points

MIN_SPEAKERS = 2  # heard ones, to ask about

Rows = NDArray[np.bool_]


@dataclass(frozen=True)
class Retrained:
    """`points`: of all test clips, as many of which are heard as the leak says."""

    clips: int
    heard: float
    unheard: float
    points: Points

    def to_dict(self) -> dict[str, Any]:
        return {
            "clips": self.clips,
            "heard_accuracy": round(self.heard, 4),
            "unheard_accuracy": round(self.unheard, 4),
            "points": self.points.value,
            "low_points": self.points.low,
            "high_points": self.points.high,
        }


def with_and_without(material: Material, known: Familiar) -> Retrained | None:
    """Two short trainings by the model's recipe; null without leave to train, or a recipe to train by."""
    training = material.training
    if not material.retrain or training is None or training.recipe is None:
        return None
    asked = _asked(material.test, known, material.seed)
    if asked is None:
        return None
    about = _shares_with(material, known, asked)
    others = np.flatnonzero((training.learned.frame["role"] == "utterance").to_numpy() & ~about)
    random = np.random.default_rng(material.seed)
    spared = random.choice(others, min(int(about.sum()), len(others) // 2), replace=False)
    left_out = np.zeros(len(about), np.bool_)
    left_out[spared] = True
    heard, unheard = (_right(material, asked, ~rows) for rows in (left_out, about))
    share = float(known.heard.mean())
    points = mean_points(share * (heard.astype(float) - unheard), asked.groups, seed=material.seed)
    return Retrained(len(asked), float(heard.mean()), float(unheard.mean()), points)


def _asked(test: Part, known: Familiar, seed: int) -> Part | None:
    """The heard clips of half of their speakers."""
    groups = np.array(test.groups, dtype=np.str_)
    names = np.unique(groups[known.heard])
    if len(names) < MIN_SPEAKERS:
        return None
    half = np.random.default_rng(seed).permutation(names)[: -(-len(names) // 2)]
    return test.take(np.flatnonzero(known.heard & np.isin(groups, half)))


def _shares_with(material: Material, known: Familiar, asked: Part) -> Rows:
    """Rows of the training that are of the speakers asked about, of their recordings, or copies."""
    assert material.training is not None
    frame, names = material.training.learned.frame, set(asked.groups)
    copies = {copy for name in asked.ids for copy in known.copied.get(name, ())}
    paths = set(asked.frame["path"].drop_nulls())
    rows = zip(clip_groups(frame), frame["id"], frame["path"], strict=True)
    return np.array(
        [group in names or name in copies or path in paths for group, name, path in rows], np.bool_
    )


def _right(material: Material, asked: Part, kept: Rows) -> Rows:
    training = material.training
    assert training is not None
    assert training.recipe is not None
    learned = training.learned
    part = Corpus(learned.frame.filter(kept))
    answers = arm_answers(
        Arm(with_validation(training.corpus, part), shortened(training.recipe, material.model)),
        asked,
        material.model,
        seed=material.seed,
        num_threads=material.num_threads,
        on_progress=material.on_progress,
    )
    return np.asarray(answers == asked.classes)
