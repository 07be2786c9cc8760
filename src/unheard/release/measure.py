"""A bundle measured on labelled clips: as they are, and as they would sound elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from unheard.augment.chain import Chain
from unheard.augment.conditions import CLEAN, under_condition
from unheard.corpus.classes import ClassMap
from unheard.corpus.labelled import LabelledClips
from unheard.evaluate.evaluate import evaluate_predictions
from unheard.evaluate.evaluation import Evaluation
from unheard.evaluate.predictions import Predictions
from unheard.runtime.bundle import Bundle
from unheard.runtime.scoring import clip_logits

SEED = 20_261  # of what happens to each clip: every model hears the same


@dataclass(frozen=True)
class ConditionResult:
    """What a model answered under one condition, and the numbers of it."""

    name: str
    evaluation: Evaluation
    predictions: Predictions

    def row(self) -> dict[str, Any]:
        """A row of a table: `condition`, `accuracy`, `low`, `high`, `utterances`, `speakers`."""
        accuracy = self.evaluation.metrics["accuracy"]
        return {
            "condition": self.name,
            "accuracy": accuracy.value,
            "low": accuracy.low,
            "high": accuracy.high,
            "utterances": self.evaluation.utterances,
            "speakers": self.evaluation.speakers,
        }


def class_map(bundle: Bundle) -> ClassMap:
    """The classes of a bundle."""
    return ClassMap(bundle.info.labels)


def predict_clips(bundle: Bundle, clips: LabelledClips) -> Predictions:
    """The bundle's answers for all clips."""
    return _predictions(bundle, clips, clip_logits(bundle, clips.samples))


def measure(
    bundle: Bundle,
    clips: LabelledClips,
    chains: Mapping[str, Chain],
    *,
    num_resamples: int = 2000,
    seed: int = 0,
) -> Iterator[ConditionResult]:
    """One result a condition, in the order of `chains`; the same clips under each."""
    for name, chain in chains.items():
        logits = [
            clip_logits(bundle, batch)
            for batch in under_condition(clips.samples, chain, bundle.info.sample_rate, SEED)
        ]
        predictions = _predictions(bundle, clips, np.concatenate(logits))
        evaluation = evaluate_predictions(
            predictions, temperature=bundle.info.temperature, num_resamples=num_resamples, seed=seed
        )
        yield ConditionResult(name, replace(evaluation, speakers=clips.num_speakers), predictions)


def clean_only() -> dict[str, Chain]:
    """The one condition in which clips are left as they are."""
    return {CLEAN: Chain()}


def _predictions(bundle: Bundle, clips: LabelledClips, logits: Any) -> Predictions:
    return Predictions(clips.ids, bundle.info.labels, clips.classes, logits, clips.groups)
