"""Clips that the model learned from, with its answers: asked once for all experiments."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from unheard.corpus.classes import ClassMap
from unheard.corpus.labelled import clip_groups, labelled_clips
from unheard.diagnose.experiment import Material, Part
from unheard.diagnose.material import choose_clips
from unheard.errors import CorpusError

MOST_CLIPS = 2_000
_KEPT = "unheard.diagnose.training_part"


def training_part(material: Material) -> Part:
    """About 2,000 clips of the training at most, whole speakers; answers to these are asked for once.

    The result is kept with the material, the way `cached_property` does, and goes with it.
    Raises: CorpusError where the training has no label that the model knows.
    """
    results = vars(material)
    if _KEPT not in results:
        results[_KEPT] = _read(material)
    part: Part = results[_KEPT]
    return part


def _read(material: Material) -> Part:
    if material.training is None:
        raise CorpusError("What the model learned from is not known. Give --train.")
    utterances = replace(material.training.learned, frame=material.training.learned.utterances)
    model = material.model
    classes = ClassMap(tuple(model.labels))
    known = np.flatnonzero(classes.classes(utterances.frame["label"]) >= 0)
    groups = np.array(clip_groups(utterances.frame), dtype=object)[known]
    chosen = known[choose_clips(groups.tolist(), MOST_CLIPS, material.seed)]
    clips = labelled_clips(
        replace(utterances, frame=utterances.frame[chosen]),
        classes,
        sample_rate=model.sample_rate,
        window_samples=model.window_samples,
        on_progress=material.on_progress,
    )
    row_of = {name: row for row, name in enumerate(utterances.frame["id"])}
    samples = np.asarray(clips.samples, np.float32) / np.float32(32_768)
    return Part(
        clips.ids,
        samples,
        clips.classes,
        clips.groups,
        utterances.frame[[row_of[name] for name in clips.ids]],
        model.answer(samples),
    )
