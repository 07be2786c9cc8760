from __future__ import annotations

import pytest

from unheard.diagnose.augment_rows import _ROWS, augment_remedy
from unheard.train.plan import Plan, Step, planned_recipe
from unheard.train.recipe import load_recipe


@pytest.mark.parametrize("transform", _ROWS)
def test_every_row_fits_a_recipe(transform: str) -> None:
    remedy = augment_remedy(transform)
    step = Step(cause="x", points=1, kind="augment", do=remedy.sentence, settings=dict(remedy.settings))
    recipe = planned_recipe(load_recipe("tutorial"), Plan(step=(step,)))
    assert transform in [row.transform for row in recipe.augment]
