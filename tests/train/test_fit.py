"""Trainings of seconds: they learn, and every option does what it says."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from unheard.corpus.table import Corpus
from unheard.models.speech_model import SpeechModel
from unheard.train.checkpoints import model_weights, read_checkpoint
from unheard.train.fit import Fitted, set_threads
from unheard.train.module import rate_factor
from unheard.train.prepare import build_model, classes_of, prepare
from unheard.train.recipe import load_recipe

Learn = Callable[..., Fitted]
PLAIN = ("augment=none", "ema_decay=0", "mixup_alpha=0", "accumulate_batches=1", "gradient_clip=0")
NUM_BATCHES = 12  # 90 clips an epoch, 8 a batch


@pytest.fixture
def validation_loss(tone_corpus: Corpus, tiny_recipe: Path) -> Callable[[SpeechModel], float]:
    """Cross entropy of a model on the validation clips, computed here and not by the training."""
    recipe = load_recipe(tiny_recipe)
    data = prepare(tone_corpus, recipe, classes_of(tone_corpus, recipe), 0.5).validation

    def loss(model: SpeechModel) -> float:
        with torch.no_grad():
            log_scores = model(torch.tensor(data.samples).float() / 32768)[0].log_softmax(1)
        return float(-log_scores[range(len(data)), torch.from_numpy(data.classes)].mean())

    return loss


def checkpoint(folder: Path, name: str = "last") -> dict[str, Any]:
    return read_checkpoint(folder / "run" / "checkpoints" / f"{name}.ckpt")


def is_equal(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(value, other[name]) for name, value in one.items())


def test_it_learns_the_words_of_new_speakers(
    learn: Learn, validation_loss: Callable[[SpeechModel], float]
) -> None:
    fitted = learn("epochs=5")
    assert fitted.curves[0]["validation_accuracy"] < 0.9 < fitted.curves[-1]["validation_accuracy"]
    assert fitted.num_epochs == 5
    assert not fitted.model.training
    assert validation_loss(fitted.model) == pytest.approx(fitted.curves[-1]["validation_loss"], rel=1e-3)


def test_what_learns_nothing_is_seen(learn: Learn) -> None:
    assert learn("epochs=1", "learning_rate=1e-9").curves[-1]["validation_accuracy"] < 0.5


def test_the_seed_decides_everything(learn: Learn, tmp_path: Path) -> None:
    one, same, other = (
        learn("epochs=1", folder=tmp_path / name, seed=seed) for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert is_equal(one.model.state_dict(), same.model.state_dict())
    assert not is_equal(one.model.state_dict(), other.model.state_dict())
    assert one.curves[0]["train_loss"] == same.curves[0]["train_loss"]


def test_averaged_weights_are_validated_and_shipped(
    learn: Learn, tmp_path: Path, validation_loss: Callable[[SpeechModel], float]
) -> None:
    fitted = learn("epochs=2", "ema_decay=0.9")
    stored = checkpoint(tmp_path)
    current = model_weights({"state_dict": stored["current_model_state"]})
    assert is_equal(model_weights(stored), fitted.model.state_dict())
    assert not is_equal(current, fitted.model.state_dict())
    assert validation_loss(fitted.model) == pytest.approx(fitted.curves[-1]["validation_loss"], rel=1e-3)
    fitted.model.load_state_dict(current)
    assert validation_loss(fitted.model) != pytest.approx(fitted.curves[-1]["validation_loss"], rel=1e-2)


def test_weights_are_not_averaged_unless_asked(learn: Learn, tmp_path: Path) -> None:
    learn("epochs=1", "ema_decay=0")
    assert "current_model_state" not in checkpoint(tmp_path)


@pytest.mark.parametrize("keep", ["best", "last"])
def test_the_epoch_that_is_kept_is_the_one_that_ships(
    learn: Learn, tmp_path: Path, validation_loss: Callable[[SpeechModel], float], keep: str
) -> None:
    restless = ("epochs=20", "patience_epochs=1", "learning_rate=0.3", "schedule.name=constant")
    fitted = learn(*PLAIN, f"keep={keep}", *restless)
    losses = [row["validation_loss"] for row in fitted.curves]
    assert min(losses) == losses[-2] < losses[-1]  # it stopped one epoch after the best one
    shipped = min(losses) if keep == "best" else losses[-1]
    assert validation_loss(fitted.model) == pytest.approx(shipped, rel=1e-3)
    assert is_equal(model_weights(checkpoint(tmp_path, keep)), fitted.model.state_dict())


@pytest.mark.parametrize(("accumulated", "steps"), [(1, 12), (5, 3)])
def test_gradients_are_accumulated_and_the_rate_falls_to_zero_at_the_end(
    learn: Learn, tmp_path: Path, tiny_recipe: Path, accumulated: int, steps: int
) -> None:
    settings = ("epochs=3", f"accumulate_batches={accumulated}", "warmup_epochs=0")
    curves = learn(*settings).curves
    assert checkpoint(tmp_path)["global_step"] == 3 * steps
    schedule = load_recipe(tiny_recipe, settings).schedule
    expected = [0.01 * rate_factor(schedule, epoch, 3) for epoch in (1, 2, 3)]
    assert [row["learning_rate"] for row in curves] == pytest.approx(expected, abs=1e-12)
    assert expected[-2:] == pytest.approx([0.0025, 0])


def distance(learn: Learn, tone_corpus: Corpus, tiny_recipe: Path, *settings: str) -> float:
    """How far the weights move in one epoch of plain gradient descent with the rate 1."""
    descent = (
        "optimiser.name=sgd",
        "momentum=0",
        "weight_decay=0",
        "learning_rate=1",
        "schedule.name=constant",
    )
    settings = (*PLAIN, *descent, "warmup_epochs=0", "epochs=1", *settings)
    recipe = load_recipe(tiny_recipe, settings)
    start = build_model(recipe, classes_of(tone_corpus, recipe), 0.5, 0)
    weights = (
        torch.nn.utils.parameters_to_vector(model.parameters()) for model in (start, learn(*settings).model)
    )
    return math.dist(*(weight.tolist() for weight in weights))


def test_clipped_gradients_bound_how_far_the_weights_move(
    learn: Learn, tone_corpus: Corpus, tiny_recipe: Path
) -> None:
    limit = 1e-3
    moved = distance(learn, tone_corpus, tiny_recipe, f"gradient_clip={limit}")
    assert 0.3 * NUM_BATCHES * limit < moved <= 1.001 * NUM_BATCHES * limit


def test_without_clipping_they_move_further(learn: Learn, tone_corpus: Corpus, tiny_recipe: Path) -> None:
    assert distance(learn, tone_corpus, tiny_recipe) > 100 * NUM_BATCHES * 1e-3


def test_mixed_precision_learns_with_weights_in_float32(learn: Learn) -> None:
    fitted = learn("epochs=1", "precision=bf16-mixed")
    assert {weight.dtype for weight in fitted.model.parameters()} == {torch.float32}
    assert 0 < fitted.curves[0]["train_loss"] < 2


def test_smooth_labels_keep_the_loss_above_their_entropy(learn: Learn, tmp_path: Path) -> None:
    # five classes: the true one has 0.8 + 0.2 / 5 = 0.84, the others 0.04; no loss is below their entropy
    entropy = -(0.84 * math.log(0.84) + 4 * 0.04 * math.log(0.04))
    settings = (*PLAIN, "epochs=4", "dropout=0")
    assert learn(*settings).curves[-1]["train_loss"] < 0.5 * entropy
    smooth = learn(*settings, "label_smoothing=0.2", folder=tmp_path / "smooth")
    assert smooth.curves[-1]["train_loss"] > entropy


def test_threads_are_set_or_one_a_core() -> None:
    before = torch.get_num_threads()
    try:
        assert set_threads(0) == len(os.sched_getaffinity(0))
        assert set_threads(1) == torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)
