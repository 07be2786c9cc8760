from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from unheard import pipeline
from unheard.corpus.table import Corpus
from unheard.errors import UsageError
from unheard.planned import train_planned
from unheard.run import RunOptions, Watch
from unheard.runtime.bundle import Bundle
from unheard.train.plan import Plan, Step, load_plan
from unheard.train.recipe import load_recipe


@pytest.fixture(scope="module")
def options(tiny_recipe: Path) -> RunOptions:
    return RunOptions(
        recipe=load_recipe(tiny_recipe, ["training.epochs=1"]), measure_conditions=False, audit=False
    )


def step(kind: str, **settings: object) -> Step:
    return Step(cause="c", points=3.0, kind=kind, do=f"Do {kind}.", settings=settings)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def first(tone_words: Path, options: RunOptions, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "first"
    pipeline.train(tone_words, folder, options)
    return folder


def test_a_plan_is_carried_out_on_the_corpus_of_its_run(
    first: Path, options: RunOptions, tmp_path: Path
) -> None:
    frame = Corpus.load(first / "corpus.parquet").utterances
    learned = frame.filter(split="train")["id"].to_list()
    test = frame.filter(split="test")["id"].to_list()
    plan = Plan(
        run=str(first),
        step=(
            step("recipe", **{"optimiser.learning_rate": 0.02}),
            step("augment", transform="gain", min_gain_db=-20.0, max_gain_db=0.0),
            step("drop", utterances=[learned[0], test[0]]),
            step("calibrate", threshold=0.7),
            step("record", speakers=10),
        ),
    )
    said: list[str] = []
    run = train_planned(None, tmp_path / "second", options, plan, Watch(on_step=said.append))

    document = json.loads((tmp_path / "second" / "run.json").read_text())
    kept = Corpus.load(tmp_path / "second" / "corpus.parquet").utterances
    assert document["recipe"]["optimiser"]["learning_rate"] == 0.02
    assert "gain" in [row["transform"] for row in document["recipe"]["augment"]]
    assert set(frame["id"]) - set(kept["id"]) == {learned[0]}
    assert kept.filter(split="test")["id"].sort().to_list() == sorted(test)
    assert Bundle.load(run.folder).info.threshold == 0.7
    assert load_plan(tmp_path / "second" / "plan.toml") == plan
    assert "plan: 1 utterances dropped, 0 relabelled" in said
    assert "plan, left to you: Do record." in said


def test_a_plan_may_draw_another_split(tone_words: Path, options: RunOptions, tmp_path: Path) -> None:
    run = train_planned(tone_words, tmp_path / "run", options, Plan(step=(step("split", method="leaky"),)))

    assert not run.tested_on_unheard
    assert pl.read_parquet(run.folder / "corpus.parquet")["split"].n_unique() >= 3


def test_a_plan_without_run_needs_a_corpus(options: RunOptions, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="The plan names no run: give the folder of recordings"):
        train_planned(None, tmp_path / "run", options, Plan())
    with pytest.raises(UsageError, match=r"There is no corpus 'gone/corpus\.parquet'"):
        train_planned(None, tmp_path / "run", options, Plan(run="gone"))
    assert not (tmp_path / "run").exists()
