"""Learning rates against closed forms, and the chance of a step."""

from __future__ import annotations

import math

import pytest
import torch

from unheard.models.front_end import PRESETS
from unheard.models.speech_model import SpeechModel
from unheard.train.module import build_optimiser, rate_factor
from unheard.train.novograd import NovoGrad
from unheard.train.recipe import OptimiserSection, ScheduleSection
from unheard.train.step import step_seed


@pytest.mark.parametrize(("epoch", "expected"), [(0, 1), (4.99, 1), (5, 0.25), (10, 0.0625), (49, 0.25**9)])
def test_steps_decay_by_a_quarter_every_five_epochs(epoch: float, expected: float) -> None:
    options = ScheduleSection(name="step", step_epochs=5, step_factor=0.25)
    assert rate_factor(options, epoch, 50) == pytest.approx(expected)


@pytest.mark.parametrize(("epoch", "expected"), [(0, 0), (1, 0.5), (2, 1), (11, 0.5), (20, 0)])
def test_cosine_rises_then_falls_to_zero(epoch: float, expected: float) -> None:
    options = ScheduleSection(name="cosine", warmup_epochs=2)
    assert rate_factor(options, epoch, 20) == pytest.approx(expected, abs=1e-12)


def test_cosine_is_a_cosine() -> None:
    options = ScheduleSection(name="cosine")
    assert rate_factor(options, 5, 20) == pytest.approx((1 + math.cos(math.pi / 4)) / 2)


@pytest.mark.parametrize(("epoch", "expected"), [(0, 1), (9.9, 1), (10, 0.2), (19.9, 0.2), (20, 0.04)])
def test_milestones_are_shares_of_the_training(epoch: float, expected: float) -> None:
    options = ScheduleSection(name="step", step_factor=0.2, milestones=(1 / 3, 2 / 3))
    assert rate_factor(options, epoch, 30) == pytest.approx(expected)


# warm-up, hold and a fall with the square, as MatchboxNet's authors have it: 5, 45 and 50 % of the training
@pytest.mark.parametrize(
    ("epoch", "expected"), [(1, 0.5), (2, 1), (20, 1), (30, 0.25), (35, 1 / 16), (40, 0)]
)
def test_hold_stays_and_then_falls_with_the_square(epoch: float, expected: float) -> None:
    options = ScheduleSection(name="hold", warmup_epochs=2, hold_share=0.5)
    assert rate_factor(options, epoch, 40) == pytest.approx(expected)


@pytest.mark.parametrize(("epoch", "expected"), [(20, 1), (30, 0.02 + 0.98 / 4), (40, 0.02)])
def test_hold_may_end_above_nothing(epoch: float, expected: float) -> None:
    options = ScheduleSection(name="hold", warmup_epochs=2, end_factor=0.02)
    assert rate_factor(options, epoch, 40) == pytest.approx(expected)


def test_constant_stays() -> None:
    assert {rate_factor(ScheduleSection(name="constant"), epoch, 9) for epoch in range(9)} == {1.0}


def test_steps_have_seeds_of_their_own() -> None:
    seeds = {step_seed(seed, epoch, step) for seed in range(5) for epoch in range(10) for step in range(20)}
    assert len(seeds) == 1000
    assert step_seed(1, 2, 3) == step_seed(1, 2, 3)


def test_adamw_decays_matrices_and_not_biases() -> None:
    model = SpeechModel("lean-s", 3, PRESETS["mel-40"], 16_000)
    optimiser = build_optimiser(OptimiserSection(name="adamw", weight_decay=0.05), model)
    decayed, others = optimiser.param_groups
    assert decayed["weight_decay"] == 0.05
    assert others["weight_decay"] == 0
    assert all(weight.ndim > 1 for weight in decayed["params"])
    assert sum(len(group["params"]) for group in optimiser.param_groups) == len(list(model.parameters()))


def test_novograd_takes_everything() -> None:
    model = SpeechModel("lean-s", 3, PRESETS["mel-40"], 16_000)
    optimiser = build_optimiser(OptimiserSection(name="novograd", momentum=0.95), model)
    assert isinstance(optimiser, NovoGrad)
    assert sum(len(group["params"]) for group in optimiser.param_groups) == len(list(model.parameters()))
    assert optimiser.defaults == {"lr": 3e-3, "first": 0.95, "second": 0.5, "decay": 0.05}


def test_sgd_takes_everything() -> None:
    model = SpeechModel("lean-s", 3, PRESETS["mel-40"], 16_000)
    optimiser = build_optimiser(OptimiserSection(name="sgd", momentum=0.5, learning_rate=0.1), model)
    assert isinstance(optimiser, torch.optim.SGD)
    assert optimiser.param_groups[0]["momentum"] == 0.5
