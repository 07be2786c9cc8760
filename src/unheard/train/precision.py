"""Which number format a training computes in, on this machine."""

from __future__ import annotations

from typing import Literal

import torch

from unheard.train.recipe import Recipe, TrainingSection

Precision = Literal["32-true", "bf16-mixed", "16-mixed"]


def choose_precision(training: TrainingSection) -> Precision:
    """What the recipe says; for "auto", bfloat16 where the device multiplies it natively, else float32."""
    if training.precision != "auto":
        return training.precision
    on_gpu = training.device != "cpu" and torch.cuda.is_available()
    native = torch.cuda.is_bf16_supported(including_emulation=False) if on_gpu else cpu_has_bf16()
    return "bf16-mixed" if native else "32-true"


def fixed_precision(recipe: Recipe) -> Recipe:
    """The recipe with "auto" replaced, so that a run goes on elsewhere as it began."""
    chosen = {"precision": choose_precision(recipe.training)}
    return recipe.model_copy(update={"training": recipe.training.model_copy(update=chosen)})


def cpu_has_bf16() -> bool:
    """Whether the processor has AVX-512 BF16 or AMX; others emulate it and lose time."""
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
