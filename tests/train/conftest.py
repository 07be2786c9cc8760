"""Trainings of seconds on the tone words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from unheard.corpus.importing import load_corpus
from unheard.corpus.split import split_corpus
from unheard.corpus.table import Corpus
from unheard.train.fit import Fitted, fit
from unheard.train.prepare import build_model, classes_of, prepare
from unheard.train.recipe import load_recipe

Learn = Callable[..., Fitted]


@pytest.fixture(scope="session")
def tone_corpus(tone_words: Path) -> Corpus:
    """The tone words, split by their lists."""
    return split_corpus(load_corpus(tone_words)).corpus


@pytest.fixture
def learn(tone_corpus: Corpus, tiny_recipe: Path, tmp_path: Path) -> Learn:
    """`learn("epochs=2", ...)`: the model and curves of a training by the tiny recipe so changed."""

    def run(*settings: str, folder: Path = tmp_path / "run", seed: int = 0, resume: bool = False) -> Fitted:
        recipe = load_recipe(tiny_recipe, settings)
        classes = classes_of(tone_corpus, recipe)
        data = prepare(tone_corpus, recipe, classes, 0.5)
        return fit(build_model(recipe, classes, 0.5, seed), data, recipe, folder, seed=seed, resume=resume)

    return run
