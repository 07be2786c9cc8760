"""Strangers made of real speech: words that the model has no class for, and test clips that are no word."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from unheard.corpus.classes import ClassMap
from unheard.corpus.clips import load_clips
from unheard.corpus.labelled import clip_groups
from unheard.corpus.table import Corpus
from unheard.diagnose.experiment import Part
from unheard.diagnose.material import choose_clips
from unheard.diagnose.strangers.stranger import CLIPS_A_KIND, Strangers
from unheard.runtime.model import Model


def other_labels(corpus: Corpus, model: Model, title: str, seed: int) -> Strangers | None:
    """Utterances of a corpus whose label is none of the model's; None where there are none."""
    utterances = replace(corpus, frame=corpus.utterances.drop_nulls("label"))
    labels = utterances.frame["label"]
    strange = np.flatnonzero(~labels.is_in([*model.labels]).to_numpy())
    if len(strange) == 0 or ClassMap(tuple(model.labels)).unknown is not None:
        return None  # a model with a class for others has learned these
    groups = np.array(clip_groups(utterances.frame), dtype=object)[strange]
    rows = strange[choose_clips(groups.tolist(), CLIPS_A_KIND, seed)]
    some = replace(utterances, frame=utterances.frame[rows])
    clips = load_clips(some, sample_rate=model.sample_rate, window_samples=model.window_samples)
    samples = np.asarray(clips.samples, np.float32) / np.float32(32_768)
    return Strangers("other-labels", title, samples, tuple(clip_groups(some.frame)))


def unknown_clips(test: Part, model: Model, seed: int) -> Strangers | None:
    """Test clips of the class `_unknown_`: real speech that the model has to refuse."""
    unknown = ClassMap(tuple(model.labels)).unknown
    rows = np.flatnonzero(test.classes == unknown) if unknown is not None else np.empty(0, np.int64)
    return _of_clips("unknown-words", "words of the class _unknown_", test, rows, seed) if len(rows) else None


def reversed_words(test: Part, rows: np.ndarray, seed: int) -> Strangers:
    """Test clips played backwards."""
    found = _of_clips("reversed", "words played backwards", test, rows, seed)
    return replace(found, samples=np.ascontiguousarray(found.samples[:, ::-1]))


def joined_words(test: Part, rows: np.ndarray, model: Model, seed: int) -> Strangers:
    """The beginning of one test clip with the end of another, of another class (`augment.splice`)."""
    import torch

    from unheard.augment.base import BatchInfo
    from unheard.augment.splice import Splice

    chosen = _drawn(rows, seed)
    samples = torch.from_numpy(test.samples[chosen].copy())
    labels = torch.from_numpy(test.classes[chosen])
    info = BatchInfo(len(chosen), samples.shape[1], model.sample_rate, labels)
    splice = Splice(min_cut_share=0.5, max_cut_share=0.5)
    params = splice.draw(info, torch.Generator().manual_seed(seed))
    joined = splice.apply(samples, params).numpy()[params["applies"].numpy()]
    groups = [
        test.groups[row] for row, applies in zip(chosen, params["applies"].tolist(), strict=True) if applies
    ]
    return Strangers("joined", "halves of two words joined", joined, tuple(groups))


def _of_clips(kind: str, title: str, test: Part, rows: np.ndarray, seed: int) -> Strangers:
    chosen = _drawn(rows, seed)
    return Strangers(kind, title, test.samples[chosen], tuple(test.groups[row] for row in chosen))


def _drawn(rows: np.ndarray, seed: int) -> np.ndarray:
    return np.sort(np.random.default_rng([seed, 14]).permutation(rows)[:CLIPS_A_KIND])
