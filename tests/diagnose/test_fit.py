"""Data, size and regularisation told apart, on tone words that a small network learns in seconds."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from unheard.corpus.table import Corpus
from unheard.diagnose.arms import Arm, arm_answers, proxy_recipe, shortened, with_validation
from unheard.diagnose.experiment import Material, Part, Training
from unheard.diagnose.fit import fit
from unheard.diagnose.fit_arms import changes_of
from unheard.diagnose.learned_speakers import SpeakerCurve, head_curve, more_speakers
from unheard.diagnose.material import PartOptions, read_test
from unheard.diagnose.run_curves import read_run_curves
from unheard.diagnose.training_part import training_part
from unheard.runtime.bundle import Bundle
from unheard.runtime.model import BundleModel
from unheard.train.recipe import load_recipe


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    patch = pytest.MonkeyPatch()
    patch.setenv("UNHEARD_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="module")
def material(trained_run: Path, tiny_recipe: Path) -> Material:
    model, corpus = BundleModel(Bundle.load(trained_run)), Corpus.load(trained_run / "corpus.parquet")
    test = read_test(model, corpus.subset("test"), PartOptions(num_workers=1)).part
    return Material(model, test, training=Training(corpus, load_recipe(tiny_recipe), trained_run))


def ignore(_done: int, _total: int) -> None:
    """Nobody is watching."""


def test_the_gap_is_that_of_the_accuracies(material: Material) -> None:
    outcome = fit(material)
    training, test = outcome.facts["parts"]
    assert (training["clips"], training["speakers"], test["clips"], test["speakers"]) == (72, 6, 48, 4)
    right = training_part(material).correct.mean()
    assert training["accuracy"] == pytest.approx(right, abs=1e-4)
    assert outcome.facts["gap"]["points"] == pytest.approx(100 * (right - material.test.correct.mean()))
    assert outcome.remarks[0].startswith("Of 72 clips that it learned from it gets")
    assert len(outcome.facts["curves"]) == 5
    assert "6 training speakers are too few for a curve" in outcome.not_measured[0]
    assert "Give --retrain" in outcome.not_measured[1]


def test_curves_tell_too_long_from_not_long_enough(tmp_path: Path) -> None:
    def remarks(losses: np.ndarray) -> tuple[str, ...]:
        rows = [f"{epoch},0.1,0.9,{loss:.4f},0.9" for epoch, loss in enumerate(losses, start=1)]
        head = "epoch,train_loss,train_accuracy,validation_loss,validation_accuracy"
        (tmp_path / "curves.csv").write_text("\n".join([head, *rows]) + "\n")
        return read_run_curves(tmp_path).remarks

    epochs = np.arange(20.0)
    too_long = np.concatenate([np.linspace(1.0, 0.2, 8), np.linspace(0.2, 0.4, 13)[1:]])
    assert remarks(too_long) == (
        "The training went on too long: its validation loss was lowest in epoch 8 of 20 (0.200) and ended "
        "100 % above. Keep the best epoch: --set training.keep=best.",
    )
    assert "was not done" in remarks(np.exp(-epochs / 10))[0]
    assert "--set training.epochs=40" in remarks(np.exp(-epochs / 10))[0]
    assert remarks(0.3 + np.exp(-epochs)) == ()
    assert read_run_curves(None).facts["curves"] == []


def test_twice_the_speakers_bring_what_the_law_says() -> None:
    """error = 0.05 + 0.8 / k: from 40 to 80 speakers it falls by one point."""
    sizes = np.array([5, 10, 20, 40])
    right = 25.0 * (1 - (0.05 + 0.8 / sizes))[:, None] * np.ones(30)
    found = more_speakers(SpeakerCurve(sizes, right, np.full(30, 25.0)), "recipe", seed=0)
    assert found.gain.value == pytest.approx(1.0, abs=0.02)
    assert found.speakers_for_a_point == pytest.approx(40, abs=2)
    assert [row["accuracy"] for row in found.rows] == [0.79, 0.87, 0.91, 0.93]


def test_a_last_layer_that_is_learned_from_more_speakers_hears_new_ones_better(material: Material) -> None:
    """Each speaker says each of the two words in an own way."""
    random = np.random.default_rng(0)

    def part(num_speakers: int) -> Part:
        groups = np.repeat(np.arange(num_speakers), 6)
        classes = random.integers(2, size=len(groups))
        words = np.array([[1.0] * 20, [-1.0] * 20])
        embedding = words[classes] * 0.4 + random.normal(0, 1.5, (num_speakers, 2, 20))[groups, classes]
        answers = replace(material.test.answers, embedding=embedding.astype(np.float32))
        names = tuple(f"{num_speakers}-{group}" for group in groups)
        return replace(material.test, classes=classes, groups=names, answers=answers)

    curve = head_curve(part(64), part(200), seed=1)
    assert isinstance(curve, SpeakerCurve)
    accuracy = curve.right.sum(axis=1) / curve.clips.sum()
    assert curve.sizes.tolist() == [8, 16, 32, 64]
    assert accuracy[-1] > accuracy[0] + 0.05
    assert more_speakers(curve, "last layer", seed=0).gain.sure


def test_a_shortened_recipe_keeps_its_shape(material: Material) -> None:
    short = shortened(load_recipe("bc-resnet"), material.model)
    assert (short.training.epochs, short.schedule.warmup_epochs) == (8, pytest.approx(5 * 8 / 30))
    assert short.data.window_s == 0.5
    assert shortened(load_recipe("tutorial"), material.model).schedule.step_epochs == 1


def test_what_is_tried_is_next_to_the_recipe() -> None:
    tried = {change.sentence: dict(change.settings) for change in changes_of(load_recipe("robust"))}
    assert tried["a smaller network (lean-s)"] == {"model.architecture": "lean-s"}
    assert tried["a larger network (lean-l)"] == {"model.architecture": "lean-l"}
    assert tried["no dropout"] == {"model.dropout": 0.0}
    assert tried["a weight decay of 0.5"] == {"optimiser.weight_decay": 0.5}
    assert tried["no augmentation"] == {"augment": "none"}
    plain = {change.axis for change in changes_of(load_recipe("tutorial"))}
    assert plain == {"weight-decay", "augmentation"}  # one size, no dropout to set


def test_a_finished_arm_is_not_trained_again(material: Material, tiny_recipe: Path) -> None:
    training = material.training
    assert training is not None
    arm = Arm(with_validation(training.corpus, training.learned), load_recipe(tiny_recipe))
    calls: list[tuple[int, int]] = []

    def answers(seed: int) -> tuple[list[int], float]:
        started = time.monotonic()
        found = arm_answers(
            arm,
            material.test,
            material.model,
            seed=seed,
            num_threads=1,
            on_progress=lambda *done: calls.append(done),
        )
        return found.tolist(), time.monotonic() - started

    first, _ = answers(3)
    trained_batches = len(calls)
    again, seconds = answers(3)
    assert trained_batches > 0
    assert len(calls) == trained_batches
    assert again == first
    assert seconds < 1
    right = np.mean(np.array(first) == material.test.classes)
    assert right == pytest.approx(material.test.correct.mean(), abs=0.02)  # seed 3 made the model, too


def test_the_small_network_learns_the_models_classes(material: Material) -> None:
    training = material.training
    assert training is not None
    corpus = with_validation(training.corpus, training.learned)
    recipe = proxy_recipe(material.model, corpus, epochs=12)
    assert recipe.data.commands == ("high", "low", "mid") or set(recipe.data.commands) == {
        "low",
        "mid",
        "high",
    }
    assert recipe.data.unknown == "yes"
    found = arm_answers(
        Arm(corpus, recipe), material.test, material.model, seed=0, num_threads=1, on_progress=ignore
    )
    assert np.mean(found == material.test.classes) > 0.6


def test_with_leave_to_train_every_change_is_measured(material: Material) -> None:
    outcome = fit(replace(material, retrain=True))
    axes = {row["axis"] for row in outcome.facts["arms"]}
    assert axes == {"capacity", "dropout", "weight-decay", "augmentation"}
    names = [cause.name for cause in outcome.causes]
    assert sorted(names) == ["augmentation", "capacity", "dropout", "few-speakers", "weight-decay"]
    assert outcome.facts["speaker_curve"]["of"] == "recipe"
    assert [row["speakers"] for row in outcome.facts["speaker_curve"]["rows"]] == [2, 3, 6]
    capacity = next(cause for cause in outcome.causes if cause.name == "capacity")
    assert dict(capacity.remedies[0].settings) == {"model.architecture": "lean-m"}
    assert "Trained by the recipe, shortened to 3 epochs, a larger network (lean-m) wins" in capacity.message


@pytest.mark.parametrize("num_speakers", [1, 2])
def test_one_or_two_test_speakers_leave_everything_open(num_speakers: int) -> None:
    clips = np.full(num_speakers, 40.0)
    right = np.outer([0.5, 0.6, 0.7], clips)
    found = more_speakers(SpeakerCurve(np.array([4, 8, 16]), right, clips), "the model", 0)
    assert (found.gain.low, found.gain.high) == (-100.0, 100.0)
    assert found.gain.value > 0
    assert [(row["low"], row["high"]) for row in found.rows] == [(0.0, 1.0)] * 3
