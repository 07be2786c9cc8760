"""NovoGrad against steps computed by hand."""

from __future__ import annotations

import math

import pytest
import torch

from unheard.train.novograd import NovoGrad


def stepped(weight: torch.Tensor, optimiser: NovoGrad, *gradients: list[float]) -> list[float]:
    for gradient in gradients:
        weight.grad = torch.tensor(gradient)
        optimiser.step()
    return weight.tolist()


def test_the_first_step_has_the_length_of_the_rate_whatever_the_gradient() -> None:
    for scale in (1e-2, 1.0, 1e3):
        weight = torch.zeros(2)
        found = stepped(weight, NovoGrad([weight], 0.1), [3 * scale, -4 * scale])
        assert found == pytest.approx([-0.06, 0.08])


def test_two_steps_are_those_of_the_paper() -> None:
    weight = torch.tensor([1.0])
    optimiser = NovoGrad([weight], 0.1, first=0.9, second=0.5, weight_decay=0.2)
    after_one = 1 - 0.1 * (1 + 0.2 * 1)
    average = 0.9 * (1 + 0.2 * 1) + (4 / math.sqrt(0.5 * 2**2 + 0.5 * 4**2) + 0.2 * after_one)
    assert stepped(weight, optimiser, [2.0], [4.0]) == pytest.approx([after_one - 0.1 * average])


def test_a_tensor_is_divided_by_its_own_norm_alone() -> None:
    loud, faint = torch.zeros(1), torch.zeros(1)
    optimiser = NovoGrad([loud, faint], 0.1)
    faint.grad = torch.tensor([1e-4])
    assert stepped(loud, optimiser, [1e4]) == pytest.approx([-0.1])
    assert faint.tolist() == pytest.approx([-0.1], rel=1e-3)


def test_what_has_no_gradient_stays_and_the_closure_is_answered() -> None:
    weight = torch.ones(1)
    assert NovoGrad([weight], 0.1).step(lambda: 7.0) == 7.0
    assert weight.tolist() == [1.0]


def test_a_stored_state_goes_on_where_it_was() -> None:
    whole, first = torch.ones(3), torch.ones(3)
    gradients = [[1.0, 2.0, 3.0], [-1.0, 0.5, 2.0]]
    expected = stepped(whole, NovoGrad([whole], 0.1), *gradients)
    begun = NovoGrad([first], 0.1)
    stepped(first, begun, gradients[0])
    resumed = NovoGrad([first], 0.1)
    resumed.load_state_dict(begun.state_dict())
    assert stepped(first, resumed, gradients[1]) == expected
