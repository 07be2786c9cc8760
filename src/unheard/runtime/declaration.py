"""What cannot be seen of somebody else's model, said in a small TOML file: the model declaration."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from unheard.errors import UsageError, unknown_name
from unheard.runtime.front_end import FrontEndDeclaration
from unheard.units import seconds_to_samples

Output = Literal["logits", "probabilities", "log-probabilities"]

EXAMPLE = 'labels = ["yes", "no"], sample_rate = 16000, window_s = 1.0'
NEEDED = ("labels", "sample_rate", "window_s")


class Declaration(BaseModel):
    """A model by what it takes and gives. Frozen; an unknown key is an error.

    `layout`: the axes of the input in their order: `samples`, or `bins` and `frames`; `batch` (without it,
    clips go in one by one); `1` for an axis of length 1. Keras images are "batch, frames, bins, 1".
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    labels: tuple[str, ...] = Field(min_length=2)  # in the order of the scores
    sample_rate: int = Field(ge=1000, le=768_000)  # Hz, of the samples that it takes
    window_s: float = Field(gt=0)  # what it hears at once
    name: str | None = None  # what a report calls it; None: the name of its file or function
    input: Literal["waveform", "features"] = "waveform"
    output: Output | None = None  # None: seen from its answers to a few sounds
    scores: str | None = None  # which output of a graph; None: the one with a value for each label
    embedding: str | None = None  # which output of a graph, where there is one
    layout: str | None = None  # None: "batch, samples", or "batch, bins, frames"
    scaling: Literal["float", "int16"] = "float"  # samples in [-1, 1], or up to 32768
    batched: bool = False  # whether a function takes (batch, num_samples)
    temperature: float = Field(1.0, gt=0)  # scores are softmax(logits / temperature)
    front_end: FrontEndDeclaration | None = None

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        if len(set(self.labels)) < len(self.labels):
            raise ValueError("a label stands twice in labels")
        if (self.input == "features") != (self.front_end is not None):
            raise ValueError(
                'a table [front_end] goes with input = "features", and it with a table [front_end] that has '
                "at least window_ms and hop_ms"
            )
        parts = {"bins", "frames"} if self.input == "features" else {"samples"}
        named = [axis for axis in self.axes if axis != "1"]
        if sorted(named) not in (sorted(parts), sorted({*parts, "batch"})):
            raise ValueError(
                f'layout "{self.layout}" must name {" and ".join(sorted(parts))} once, batch at most once '
                "and 1 as often as it takes, with commas between"
            )
        return self

    @property
    def axes(self) -> tuple[str, ...]:
        """The layout as names."""
        usual = "batch, samples" if self.input == "waveform" else "batch, bins, frames"
        return tuple(axis.strip() for axis in (self.layout or usual).strip("() ").split(","))

    @property
    def window_samples(self) -> int:
        """What it hears at once."""
        return seconds_to_samples(self.window_s, self.sample_rate)


def read_declaration(path: Path) -> dict[str, Any]:
    """The keys of a TOML file, not yet checked; raises `UsageError` where it cannot be read."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"Model declaration '{path}' can't be read: {reason}.") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"Model declaration '{path}' is not valid TOML: {error}.") from None


def check_declaration(tree: Mapping[str, Any], source: str) -> Declaration:
    """A declaration from its keys; `source` is what an error calls it.

    Raises: UsageError for a missing key, an unknown one (naming the nearest known) or a value out of range.
    """
    missing = [name for name in NEEDED if name not in tree]
    if missing:
        raise UsageError(f"{source} does not say {' and '.join(missing)}. Write, for example: {EXAMPLE}.")
    try:
        return Declaration.model_validate(tree)
    except ValidationError as error:
        raise UsageError(f"{source}: {_first(error)}") from None


def _first(error: ValidationError) -> str:
    """The first thing that is wrong, as the end of a sentence."""
    first = error.errors()[0]
    *section, leaf = [str(part) for part in first["loc"]] or [""]
    in_front_end = section == ["front_end"]
    known = FrontEndDeclaration.model_fields if in_front_end else Declaration.model_fields
    where = f"[front_end] {leaf}" if in_front_end else ".".join([*section, leaf])
    if first["type"] == "extra_forbidden":
        return unknown_name("key of [front_end]" if in_front_end else "key", leaf, known)
    if first["type"] == "missing":
        return f"{where} is missing. Write it, for example: {leaf} = {_EXAMPLES.get(leaf, '...')}."
    reason = first["msg"].removeprefix("Value error, ")
    came = "" if first["type"] == "value_error" else f"; came: {first['input']!r}"[:120]
    return f"{where}: {reason}{came}." if where else f"{reason}{came}."


_EXAMPLES = {"window_ms": "25.0", "hop_ms": "10.0"}
