"""What decides a run is stored and comes back; what is wrong with it names the file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from unheard.corpus.split import SplitOptions
from unheard.errors import UsageError
from unheard.run import RunOptions, Watch
from unheard.train.recipe import RECIPE_NAMES, load_recipe


@pytest.mark.parametrize("name", RECIPE_NAMES)
def test_options_come_back_from_json(name: str) -> None:
    split = SplitOptions(method="temporal", time_column="recorded", salt="other", test_share=0.2)
    options = RunOptions(load_recipe(name), seed=7, split=split, layout="table", measure_conditions=False)
    options = replace(options, noise=("cafes",), speech=("radio",), teachers=("runs/large", "runs/base"))
    document = json.loads(json.dumps(options.to_dict()))
    assert RunOptions.from_dict(document, "run.json") == options


def test_a_stored_recipe_that_is_no_longer_valid_names_the_file() -> None:
    document = RunOptions(load_recipe("robust")).to_dict()
    document["recipe"]["training"]["epochz"] = 3
    with pytest.raises(UsageError, match=r"Recipe 'runs/first/run\.json': Unknown key 'training\.epochz'"):
        RunOptions.from_dict(document, "runs/first/run.json")


def test_nobody_needs_to_watch() -> None:
    watch = Watch()
    assert watch.on_step("reading") is None
    assert watch.on_progress(1, 2) is None


def test_one_document_has_it_all(trained: tuple[Path, str]) -> None:
    folder, printed = trained
    document = json.loads(printed)
    assert document == json.loads((folder / "evaluation.json").read_text("utf-8"))
    assert Path(document["bundle"]).is_dir()
    assert Path(document["report"]).is_file()
    assert (document["run"], document["epochs"], document["warnings"]) == (str(folder), 5, [])
