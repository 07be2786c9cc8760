"""Which number format a training computes in."""

from pathlib import Path

import pytest

from unheard.train.precision import choose_precision, fixed_precision
from unheard.train.recipe import TrainingSection, load_recipe


def test_a_precision_that_is_named_is_taken() -> None:
    for name in ("32-true", "bf16-mixed", "16-mixed"):
        assert choose_precision(TrainingSection(precision=name)) == name


@pytest.mark.skipif(not Path("/proc/cpuinfo").exists(), reason="processors are listed on Linux only")
def test_auto_takes_bfloat16_exactly_where_the_processor_lists_it() -> None:
    flags = Path("/proc/cpuinfo").read_text()
    native = "avx512_bf16" in flags or "amx_bf16" in flags
    chosen = choose_precision(TrainingSection(precision="auto", device="cpu"))
    assert chosen == ("bf16-mixed" if native else "32-true")


def test_a_run_keeps_the_precision_that_it_began_with() -> None:
    recipe = load_recipe("robust", [])
    assert recipe.training.precision == "auto"
    assert fixed_precision(recipe).training.precision in ("32-true", "bf16-mixed")
    assert fixed_precision(fixed_precision(recipe)) == fixed_precision(recipe)
