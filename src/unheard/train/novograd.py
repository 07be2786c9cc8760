"""NovoGrad: gradients divided by their norm, one norm a tensor.

Ginsburg et al.: "Stochastic Gradient Methods with Layer-wise Adaptive Moments for Training of Deep Networks",
2019, algorithm 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

EPSILON = 1e-8


class NovoGrad(torch.optim.Optimizer):
    """`first`, `second`: decay a step of the averaged gradient and of its averaged squared norm."""

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float,
        *,
        first: float = 0.95,
        second: float = 0.5,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, {"lr": lr, "first": first, "second": second, "decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step for every parameter that has a gradient; what `closure` answers."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self._change(weight, weight.grad, group)
        return loss

    def _change(self, weight: Tensor, gradient: Tensor, group: dict[str, Any]) -> None:
        state = self.state[weight]
        squared_norm = gradient.square().sum()
        if not state:
            state["squared_norm"] = squared_norm
            state["average"] = torch.zeros_like(weight)
        else:
            state["squared_norm"] = torch.lerp(squared_norm, state["squared_norm"], group["second"])
        direction = gradient / (state["squared_norm"].sqrt() + EPSILON) + group["decay"] * weight
        state["average"].mul_(group["first"]).add_(direction)
        weight.sub_(group["lr"] * state["average"])
