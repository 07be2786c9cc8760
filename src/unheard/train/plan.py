"""A plan: what a diagnosis found worth doing, as steps that a training carries out, or a person does.

`plan.toml` is written by `unheard diagnose`, may be edited, and is carried out by `unheard train --plan`:

    format = 1
    run = "runs/first"              # the run that was diagnosed, where it is known

    [[step]]
    cause = "band-limit"
    points = 12.1                   # accuracy points lost to it
    kind = "augment"
    do = "Train through telephones."
    carry_out = true                # false for conditions that nobody has met yet
    settings = { transform = "telephone", p = 0.3 }
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import polars as pl
import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from unheard.corpus.table import Corpus
from unheard.errors import UsageError
from unheard.files import write_text
from unheard.train.recipe import Recipe, change_recipe, recipe_from_dict

Kind = Literal["recipe", "augment", "split", "drop", "relabel", "calibrate", "record", "live-path"]
BY_PEOPLE: tuple[Kind, ...] = ("record", "live-path")


class Step(BaseModel):
    """One remedy. `settings` depend on the kind: see `diagnose.cause.RemedyKind`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cause: str
    points: float
    low: float | None = None
    high: float | None = None
    kind: Kind
    do: str
    carry_out: bool = True  # false: proposed only
    settings: dict[str, Any] = {}

    @property
    def by_training(self) -> bool:
        """Whether a training can carry it out."""
        return self.kind not in BY_PEOPLE


class Plan(BaseModel):
    """Steps, those that win back most first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    model: str = ""  # what was diagnosed
    run: str = ""  # its run folder, where it has one
    step: tuple[Step, ...] = Field(default=())

    @property
    def chosen(self) -> tuple[Step, ...]:
        """Steps that are to be carried out."""
        return tuple(step for step in self.step if step.carry_out)

    @property
    def by_people(self) -> tuple[Step, ...]:
        """Those of them that only people can carry out."""
        return tuple(step for step in self.chosen if not step.by_training)

    def _settings(self, kind: Kind) -> list[dict[str, Any]]:
        return [step.settings for step in self.chosen if step.kind == kind]


def load_plan(path: Path) -> Plan:
    """Read a plan. Raises `UsageError` that names the file and what is wrong in it."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"Plan '{path}': cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"Plan '{path}' is not valid TOML: {error}.") from error
    try:
        return Plan.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            f"Plan '{path}': {where}: {first['msg']}; came: {first.get('input')!r}"[:400] + "."
        ) from error


def write_plan(path: Path, plan: Plan) -> None:
    """Write `plan.toml`, for people and for `load_plan`."""
    write_text(path, tomli_w.dumps(plan.model_dump(exclude_none=True), multiline_strings=False))


def planned_recipe(recipe: Recipe, plan: Plan) -> Recipe:
    """The recipe with the plan's settings and transforms.

    A transform that the recipe has is widened to cover both ranges; another one is added.
    Raises: UsageError for a setting that no recipe has.
    """
    settings = {key: value for row in plan._settings("recipe") for key, value in row.items()}
    changed = change_recipe(recipe, settings, "plan")
    rows = _merged([row.model_dump() for row in changed.augment], plan._settings("augment"))
    return recipe_from_dict({**changed.model_dump(mode="json"), "augment": rows}, "plan")


@dataclass(frozen=True)
class PlannedCorpus:
    """The corpus that a plan leaves, and what was done to it."""

    corpus: Corpus
    dropped: int
    relabelled: int


def planned_corpus(corpus: Corpus, plan: Plan) -> PlannedCorpus:
    """The corpus without the utterances that the plan drops, and with the labels it gives.

    Only what is trained on changes: utterances of other splits stay, so that tests stay comparable.
    """
    held_out = pl.col("split").is_in(["validation", "test"]).fill_null(False)
    drops = [name for row in plan._settings("drop") for name in row.get("utterances", ())]
    labels = {name: label for row in plan._settings("relabel") for name, label in row["labels"].items()}
    is_dropped = pl.col("id").is_in(drops) & ~held_out
    is_relabelled = pl.col("id").is_in(list(labels)) & ~held_out & ~is_dropped
    frame = corpus.frame
    dropped, relabelled = (frame.filter(wanted).height for wanted in (is_dropped, is_relabelled))
    new = pl.col("id").replace_strict(labels, default=None, return_dtype=pl.String)
    changed = corpus.with_column("label", pl.when(is_relabelled).then(new).otherwise(pl.col("label")))
    return PlannedCorpus(changed.filter(~is_dropped), dropped, relabelled)


def planned_split(plan: Plan) -> str | None:
    """The split method that the plan asks for, if it does."""
    methods = [row["method"] for row in plan._settings("split") if "method" in row]
    return str(methods[0]) if methods else None


def planned_threshold(plan: Plan) -> float | None:
    """The threshold of an event that the plan asks for, if it does."""
    thresholds = [row["threshold"] for row in plan._settings("calibrate") if "threshold" in row]
    return float(thresholds[0]) if thresholds else None


def _merged(rows: Sequence[Mapping[str, Any]], added: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of a chain with further ones; where one is new, in the order in which transforms make sense."""
    from unheard.augment.catalog import TRANSFORMS, find_transform

    merged = [dict(row) for row in rows]
    for row in added:
        name = find_transform(str(row.get("transform"))).name
        present = next((one for one in merged if one["transform"] == name), None)
        if present is None:
            merged.append(dict(row))
        else:
            present.update(_wider(present, row))
    order = list(TRANSFORMS)
    is_longer = len(merged) > len(rows)
    return sorted(merged, key=lambda row: order.index(row["transform"])) if is_longer else merged


def _wider(row: Mapping[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    """Options that cover both ranges, with the higher probability."""
    wider = {key: value for key, value in added.items() if key not in row}
    for key, value in added.items():
        if key in row and isinstance(value, int | float):
            wider[key] = min(row[key], value) if key.startswith("min_") else max(row[key], value)
    return wider
