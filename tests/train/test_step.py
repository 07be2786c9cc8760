"""A step's clips: silence made where it stands for a row, and the same chance for the same seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from unheard.corpus.table import Corpus
from unheard.train.data import SILENCE_ROW
from unheard.train.fit import TrainingData
from unheard.train.prepare import classes_of, prepare
from unheard.train.recipe import load_recipe
from unheard.train.step import INT16_SCALE, augmented, step_seed


@pytest.fixture(scope="module")
def plain(tone_corpus: Corpus, tiny_recipe: Path) -> TrainingData:
    recipe = load_recipe(tiny_recipe, ["augment=none"])
    return prepare(tone_corpus, recipe, classes_of(tone_corpus, recipe), 0.5)


def test_without_transforms_clips_stay_and_silence_is_made(plain: TrainingData) -> None:
    rows = np.array([0, SILENCE_ROW, 3])
    batch = (
        torch.from_numpy(rows),
        torch.from_numpy(plain.train.read(rows)),
        torch.from_numpy(plain.train.classes[np.maximum(rows, 0)]),
    )
    samples, classes = augmented(batch, plain.sources, 8000, torch.Generator().manual_seed(1))
    assert torch.equal(samples[[0, 2]], batch[1][[0, 2]].float() * INT16_SCALE)
    assert classes.tolist() == [int(batch[2][0]), plain.classes.silence, int(batch[2][2])]
    assert samples[1].any()
    again, _ = augmented(batch, plain.sources, 8000, torch.Generator().manual_seed(1))
    assert torch.equal(samples, again)


def test_seeds_of_steps_differ() -> None:
    seeds = {step_seed(run, epoch, batch) for run in (0, 1) for epoch in (0, 1) for batch in range(10)}
    assert len(seeds) == 40
