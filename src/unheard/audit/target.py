"""Where a model is to be used, declared in a `target.toml`."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from unheard.errors import UsageError, unknown_name

Range = tuple[float, float]


def _ordered(limits: Range) -> Range:
    if not all(map(math.isfinite, limits)) or limits[0] > limits[1]:
        raise ValueError("a range is [lowest, highest]")
    return limits


def _positive(limits: Range) -> Range:
    if limits[0] <= 0:
        raise ValueError("both ends of the range are above 0")
    return limits


_Range = Annotated[Range, AfterValidator(_ordered)]
_PositiveRange = Annotated[_Range, AfterValidator(_positive)]


class Target(BaseModel):
    """A deployment: what of it is declared, is looked for in the corpus. Ranges are (lowest, highest)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    snr_db: _Range | None = None  # speech over noise
    t60_s: _Range | None = None  # reverberation time of its rooms
    level_dbfs: _Range | None = None  # root mean square
    bandwidth_hz: _PositiveRange | None = None  # highest frequency that its microphones and codecs pass
    min_speakers: int | None = Field(default=None, ge=1)
    min_speakers_per_label: int | None = Field(default=None, ge=1)
    labels: tuple[str, ...] = ()
    columns: dict[str, tuple[str, ...]] = {}  # metadata column -> values that must be there, e.g. gender


def load_target(path: Path) -> Target:
    """Read a `target.toml`. Raises `UsageError` that names the key and what is possible."""
    try:
        target = Target.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise UsageError(f"Target '{path}': cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"Target '{path}': is no TOML: {error}.") from None
    except ValidationError as error:
        raise UsageError(f"Target '{path}': {_first(error)}") from None
    if not target.model_fields_set:
        raise UsageError(f"Target '{path}': declares nothing; possible are {', '.join(Target.model_fields)}.")
    return target


def _first(error: ValidationError) -> str:
    problem = error.errors()[0]
    name = str(problem["loc"][0])
    if problem["type"] == "extra_forbidden":
        return unknown_name("key", name, Target.model_fields)
    return f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}, it is {problem['input']!r}."
