"""Every clip is answered by a model that was not trained on it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from unheard.corpus.table import Corpus
from unheard.train.cross_validation import Material, load_material, out_of_fold_logits, torch_logits
from unheard.train.prepare import build_model
from unheard.train.recipe import load_recipe


@pytest.fixture(scope="module")
def material(tone_corpus: Corpus, tiny_recipe: Path) -> Material:
    recipe = load_recipe(tiny_recipe, ["epochs=1"])
    return load_material(tone_corpus, recipe, on_step=lambda _: None)


@pytest.fixture(scope="module")
def fold_of(material: Material) -> np.ndarray:
    return np.arange(len(material.clips)) % 2


@pytest.fixture(scope="module")
def logits(material: Material, fold_of: np.ndarray) -> np.ndarray:
    return out_of_fold_logits(material, fold_of)


def test_what_is_held_out_teaches_nothing(
    material: Material, fold_of: np.ndarray, logits: np.ndarray
) -> None:
    """With wrong classes in one fold, the answers to that fold stay; those to the other change."""
    right = material.clips.classes
    classes = np.where((fold_of == 0) & (right < 3), (right + 1) % 3, right)
    wrong = replace(material, clips=replace(material.clips, classes=classes))
    taught_wrong = out_of_fold_logits(wrong, fold_of)
    assert np.array_equal(taught_wrong[fold_of == 0], logits[fold_of == 0])
    assert not np.allclose(taught_wrong[fold_of == 1], logits[fold_of == 1])


def test_folds_are_told_and_batches_counted_over_all(material: Material) -> None:
    fold_of = np.arange(len(material.clips)) % 3
    told: list[tuple[int, int]] = []
    batches: list[tuple[int, int]] = []
    out_of_fold_logits(
        material,
        fold_of,
        on_fold=lambda fold, rows, found: told.append((fold, len(found))),
        on_batch=lambda done, total: batches.append((done, total)),
    )
    assert told == [(fold, int((fold_of == fold).sum())) for fold in range(3)]
    assert [done for done, _ in batches] == sorted(done for done, _ in batches)
    assert batches[-1][0] == batches[-1][1]


def test_silence_is_not_scored(material: Material, tone_corpus: Corpus) -> None:
    assert material.clips.ids == tuple(tone_corpus.utterances["id"])


def test_logits_in_batches_are_those_of_the_model(material: Material) -> None:
    model = build_model(material.recipe, material.classes, material.window_s, seed=0).eval()
    samples = material.clips.samples[np.arange(301) % len(material.clips)]
    with torch.inference_mode():
        expected = model(torch.from_numpy(samples).float() / 32768)[0].numpy()
    assert np.allclose(torch_logits(model, samples), expected, atol=1e-5)
