from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from unheard.corpus.table import Corpus
from unheard.errors import UsageError
from unheard.train.plan import (
    Plan,
    Step,
    load_plan,
    planned_corpus,
    planned_recipe,
    planned_split,
    planned_threshold,
    write_plan,
)
from unheard.train.recipe import load_recipe


def step(kind: str, **settings: object) -> Step:
    return Step(cause="c", points=3.0, kind=kind, do="Do it.", settings=settings)  # type: ignore[arg-type]


def plan(*steps: Step) -> Plan:
    return Plan(model="m", run="runs/first", step=steps)


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = plan(
        Step(cause="noise", points=12.1, low=8.0, high=15.5, kind="augment", do='Train in "noise".',
             settings={"transform": "noise", "p": 0.4, "min_snr_db": 0.0}),
        step("drop", utterances=["a/1", "b/2"]),
        step("record", speakers=20),
    )  # fmt: skip
    write_plan(tmp_path / "plan.toml", written)

    assert load_plan(tmp_path / "plan.toml") == written
    assert [one.kind for one in written.chosen if one.by_training] == ["augment", "drop"]
    assert [one.kind for one in written.by_people] == ["record"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("format = 2", r"format: Input should be 1; came: 2"),
        ("stepp = []", r"stepp: Extra inputs are not permitted"),
        ("[[step]]\ncause = 'x'", r"step\.0\.points: Field required"),
        ("[[step]", r"is not valid TOML"),
    ],
)
def test_what_is_no_plan_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text)

    with pytest.raises(UsageError, match=message) as raised:
        load_plan(path)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_plan_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"Plan '.*none.toml': cannot be read: No such file"):
        load_plan(tmp_path / "none.toml")


def test_settings_and_new_transforms_go_into_the_recipe_in_their_order() -> None:
    recipe = planned_recipe(
        load_recipe("tutorial"),
        plan(
            step("recipe", **{"training.epochs": 7, "weight_decay": 0.01}),
            step("augment", transform="gain", min_gain_db=-30.0, max_gain_db=6.0),
            step("augment", transform="time_shift", max_shift_ms=150),
        ),
    )

    assert (recipe.training.epochs, recipe.optimiser.weight_decay) == (7, 0.01)
    assert [row.transform for row in recipe.augment] == ["time_shift", "gain", "spec_augment"]
    assert recipe.augment[1].options == {"p": 1.0, "min_gain_db": -30.0, "max_gain_db": 6.0}


def test_a_transform_that_is_there_is_widened_and_never_narrowed() -> None:
    robust = load_recipe("robust")
    before = {row.transform: row.options for row in robust.augment}["noise"]
    wider = planned_recipe(
        robust,
        plan(step("augment", transform="noise", p=0.2, min_snr_db=-10.0, max_snr_db=15.0)),
    )

    after = {row.transform: row.options for row in wider.augment}["noise"]
    assert (before["min_snr_db"], before["max_snr_db"], before["p"]) == (-5, 25, 0.4)
    assert (after["min_snr_db"], after["max_snr_db"], after["p"]) == (-10, 25, 0.4)
    assert [row.transform for row in wider.augment] == [row.transform for row in robust.augment]


def test_what_is_only_proposed_is_not_carried_out() -> None:
    proposed = step("augment", transform="gain", min_gain_db=-30.0).model_copy(update={"carry_out": False})

    recipe = planned_recipe(load_recipe("tutorial"), plan(proposed))
    assert recipe.augment == load_recipe("tutorial").augment
    assert plan(proposed).chosen == ()


def test_settings_that_no_recipe_has_are_an_error() -> None:
    with pytest.raises(UsageError, match=r"Unknown recipe key 'training\.epoch'\. Did you mean"):
        planned_recipe(load_recipe("tutorial"), plan(step("recipe", **{"training.epoch": 7})))
    with pytest.raises(UsageError, match="Unknown transform 'nois'"):
        planned_recipe(load_recipe("tutorial"), plan(step("augment", transform="nois")))


def test_only_what_is_trained_on_is_dropped_or_relabelled() -> None:
    corpus = Corpus(
        pl.DataFrame(
            {
                "id": list("abcd"),
                "path": [f"/r/{name}.wav" for name in "abcd"],
                "start_s": [0.0] * 4,
                "duration_s": [1.0] * 4,
                "sample_rate": [16_000] * 4,
                "label": ["yes", "no", "yes", "no"],
                "split": ["train", "train", "test", None],
            }
        )
    )
    planned = planned_corpus(
        corpus,
        plan(step("drop", utterances=["a", "c"]), step("relabel", labels={"b": "yes", "c": "no", "d": "up"})),
    )

    labels = dict(zip(planned.corpus.frame["id"], planned.corpus.frame["label"], strict=True))
    assert labels == {"b": "yes", "c": "yes", "d": "up"}
    assert (planned.dropped, planned.relabelled) == (1, 2)


def test_split_and_threshold_are_those_of_the_plan() -> None:
    full = plan(step("split", method="group"), step("calibrate", temperature=1.7, threshold=0.8))

    assert (planned_split(full), planned_threshold(full)) == ("group", 0.8)
    assert (planned_split(plan()), planned_threshold(plan())) == (None, None)
