"""Recipes: read, changed and refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from unheard.augment.catalog import TRANSFORMS
from unheard.errors import UsageError
from unheard.train.prepare import front_end_options
from unheard.train.recipe import RECIPE_NAMES, Recipe, load_recipe, recipe_from_dict


@pytest.mark.parametrize("name", RECIPE_NAMES)
def test_the_recipes_that_ship_are_valid(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.name == name
    assert front_end_options(recipe).sample_rate == 16_000
    assert {row.transform for row in recipe.augment} <= set(TRANSFORMS)


def test_the_tutorial_is_as_published() -> None:
    recipe = load_recipe("tutorial")
    assert (recipe.optimiser.name, recipe.optimiser.learning_rate, recipe.optimiser.momentum) == (
        "sgd",
        0.1,
        0.5,
    )
    assert (recipe.schedule.step_factor, recipe.schedule.step_epochs) == (0.25, 5)
    assert (recipe.training.epochs, recipe.training.batch_size) == (50, 64)
    front_end = front_end_options(recipe)
    assert (front_end.window_ms, front_end.hop_ms, front_end.num_bands, front_end.top_db) == (20, 10, 64, 80)


def test_a_setting_is_found_with_and_without_its_section() -> None:
    recipe = load_recipe("robust", ["training.epochs=7", "batch_size=32", "architecture=lean-s"])
    assert (recipe.training.epochs, recipe.training.batch_size) == (7, 32)
    assert recipe.model.architecture == "lean-s"


def test_augmentation_can_be_switched_off() -> None:
    assert load_recipe("robust", ["augment=none"]).augment == ()


def test_an_unknown_setting_names_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"Did you mean 'training\.epochs'"):
        load_recipe("robust", ["training.epoch=3"])
    with pytest.raises(UsageError, match=r"Unknown recipe key 'epoch'\. Did you mean 'epochs'"):
        load_recipe("robust", ["epoch=3"])


def test_a_key_of_two_sections_wants_its_section() -> None:
    with pytest.raises(UsageError, match="Unknown recipe key 'name"):
        load_recipe("robust", ["names=sgd"])


def test_a_setting_without_a_value_is_explained() -> None:
    with pytest.raises(UsageError, match="has no '='"):
        load_recipe("robust", ["epochs"])


def test_a_value_out_of_range_says_what_came() -> None:
    with pytest.raises(UsageError, match=r"data\.commands: .*; came: 'yes,no'\. Write a list as \["):
        load_recipe("robust", ["data.commands=yes,no"])
    with pytest.raises(UsageError, match=r"training\.epochs: .*greater than or equal to 1; came: 0"):
        load_recipe("robust", ["epochs=0"])


def test_options_in_conflict_are_named_in_pairs() -> None:
    with pytest.raises(UsageError, match=r"warmup_epochs \(9\) and training\.epochs \(3\) can't go together"):
        load_recipe("robust", ["epochs=3", "warmup_epochs=9"])


def test_an_unknown_recipe_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean 'tutorial'"):
        load_recipe("tutoral")


def test_a_file_with_an_unknown_key_names_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[optimiser]\nlearning_rat = 0.1\n")
    with pytest.raises(UsageError, match=r"Did you mean 'optimiser\.learning_rate'"):
        load_recipe(path)


def test_a_missing_or_broken_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be read: No such file"):
        load_recipe(tmp_path / "none.toml")
    path = tmp_path / "broken.toml"
    path.write_text("epochs = = 3")
    with pytest.raises(UsageError, match="not valid TOML"):
        load_recipe(path)


def test_a_recipe_survives_json() -> None:
    recipe = load_recipe("robust", ["epochs=3"])
    assert recipe_from_dict(recipe.model_dump(mode="json"), "run.json") == recipe


def test_a_recipe_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Recipe().name = "other"  # type: ignore[misc]
