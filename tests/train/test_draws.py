"""Draws: what an epoch would have heard, answered once, and each clip gone over as often as any other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from unheard.corpus.table import Corpus
from unheard.train.data import EpochBatches
from unheard.train.draws import BATCH, Drawing, DrawnBatches, make_draws
from unheard.train.fit import TrainingData, epoch_plan
from unheard.train.prepare import build_model, classes_of, prepare
from unheard.train.recipe import Recipe, load_recipe
from unheard.train.step import augmented, step_seed
from unheard.train.teacher import Teacher

SEED = 5


@pytest.fixture(scope="module")
def recipe(tiny_recipe: Path) -> Recipe:
    return load_recipe(tiny_recipe, ["mixup_alpha=0"])


@pytest.fixture(scope="module")
def data(tone_corpus: Corpus, recipe: Recipe) -> TrainingData:
    return prepare(tone_corpus, recipe, classes_of(tone_corpus, recipe), 0.5)


@pytest.fixture(scope="module")
def drawing(data: TrainingData, recipe: Recipe) -> Drawing:
    model = build_model(recipe, data.classes, 0.5, seed=1).eval()
    teacher = Teacher(model, torch.arange(len(data.classes.labels)))
    plan = epoch_plan(data, recipe, SEED)
    return Drawing(data.train, plan, data.sources, (teacher,), model.front_end, 8000)


def test_a_draw_is_what_its_epoch_would_hear(drawing: Drawing, tmp_path: Path) -> None:
    draws = make_draws(drawing, tmp_path, 2, seed=SEED)
    first = next(iter(EpochBatches(drawing.clips, drawing.plan.rows(1), BATCH)))
    generator = torch.Generator().manual_seed(step_seed(SEED, 1, 0))
    samples, classes = augmented(first, drawing.sources, 8000, generator)
    start = len(np.load(tmp_path / "000-classes.npy"))
    kept = draws.read(np.arange(start, start + len(samples)))
    assert torch.equal(kept.classes, classes)
    torch.testing.assert_close(kept.fixed, drawing.front_end(samples), rtol=1e-3, atol=1e-2)  # 16 bits
    assert kept.answers is not None
    with torch.no_grad():
        torch.testing.assert_close(kept.answers, drawing.teachers[0].model(samples)[0])


def test_rows_may_come_from_any_draw_in_any_order(drawing: Drawing, tmp_path: Path) -> None:
    draws = make_draws(drawing, tmp_path, 3, seed=SEED)
    everything = draws.read(np.arange(len(draws)))
    rows = np.random.default_rng(0).permutation(len(draws))
    mixed = draws.read(rows)
    assert torch.equal(mixed.fixed, everything.fixed[rows])
    assert torch.equal(mixed.classes, everything.classes[rows])


def test_each_clip_comes_once_in_as_many_epochs_as_there_are_draws(drawing: Drawing, tmp_path: Path) -> None:
    draws = make_draws(drawing, tmp_path, 3, seed=SEED)
    turn = np.concatenate([draws.rows(epoch, SEED) for epoch in (3, 4, 5)])
    assert sorted(turn) == list(range(len(draws)))
    assert not np.array_equal(draws.rows(0, SEED), draws.rows(3, SEED))  # another order the next time
    assert np.array_equal(draws.rows(4, SEED), draws.rows(4, SEED))


def test_what_is_there_is_not_drawn_again_and_a_torn_draw_is(drawing: Drawing, tmp_path: Path) -> None:
    make_draws(drawing, tmp_path, 2, seed=SEED)
    whole = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    (tmp_path / "001-answers.npy").unlink()  # as a kill between two files leaves it
    kept = (tmp_path / "000-features.npy").stat().st_mtime_ns
    make_draws(drawing, tmp_path, 2, seed=SEED)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == whole
    assert (tmp_path / "000-features.npy").stat().st_mtime_ns == kept


def test_progress_counts_draws(drawing: Drawing, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    make_draws(drawing, tmp_path, 2, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


def test_batches_hold_all_of_an_epoch_but_a_torn_end(drawing: Drawing, tmp_path: Path) -> None:
    draws = make_draws(drawing, tmp_path, 1)
    batches = DrawnBatches(draws, draws.rows(0, 0), 16)
    sizes = [len(batch.classes) for batch in batches]
    assert sizes == [16] * (len(draws) // 16)
    assert len(batches) == len(sizes)


@pytest.mark.parametrize("preset", ["pcen-40", "mel-pcen2-40-slow"])
def test_a_trained_front_end_goes_on_from_what_was_drawn(
    drawing: Drawing, recipe: Recipe, tmp_path: Path, preset: str
) -> None:
    section = recipe.front_end.model_copy(update={"preset": preset})
    changed = recipe.model_copy(update={"front_end": section})
    front_end = build_model(changed, drawing.sources.classes, 0.5, seed=0).front_end
    kept = make_draws(replace(drawing, front_end=front_end), tmp_path, 1, seed=SEED).read(np.arange(8))
    first = next(iter(EpochBatches(drawing.clips, drawing.plan.rows(0), BATCH)))
    generator = torch.Generator().manual_seed(step_seed(SEED, 0, 0))
    samples = augmented(first, drawing.sources, 8000, generator)[0][:8]
    before = front_end(samples)
    torch.testing.assert_close(front_end.trained_part(kept.fixed), before, rtol=0.02, atol=0.02)
    assert front_end.pcen is not None
    with torch.no_grad():
        front_end.pcen.log_bias.fill_(-1.0)  # as training would
    assert not torch.allclose(front_end(samples), before, rtol=0.02, atol=0.02)
    torch.testing.assert_close(front_end.trained_part(kept.fixed), front_end(samples), rtol=0.02, atol=0.02)
