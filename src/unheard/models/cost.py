"""What a model costs: parameters and multiplications."""

from __future__ import annotations

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


def count_parameters(module: nn.Module) -> int:
    """Trainable numbers."""
    return sum(parameter.numel() for parameter in module.parameters())


def count_multiplies(module: nn.Module, example: torch.Tensor) -> int:
    """Multiply-accumulates of convolutions and matrix products for one forward call on `example`."""
    was_training = module.training
    module.eval()
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        module(example.detach())  # of a trained front end, for instance
    module.train(was_training)
    return int(counter.get_total_flops()) // 2
