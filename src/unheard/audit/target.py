"""Where a model is to be used, declared in a `target.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from unheard.errors import UsageError, unknown_name

Range = tuple[float, float]


class Target(BaseModel):
    """A deployment: what of it is declared, is looked for in the corpus. Ranges are (lowest, highest)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    snr_db: Range | None = None  # speech over noise
    t60_s: Range | None = None  # reverberation time of its rooms
    level_dbfs: Range | None = None  # root mean square
    bandwidth_hz: Range | None = None  # highest frequency that its microphones and codecs pass
    min_speakers: int | None = Field(default=None, ge=1)
    min_speakers_per_label: int | None = Field(default=None, ge=1)
    labels: tuple[str, ...] = ()
    columns: dict[str, tuple[str, ...]] = {}  # metadata column -> values that must be there, e.g. gender


def load_target(path: Path) -> Target:
    """Read a `target.toml`. Raises `UsageError` that names the key and what is possible."""
    try:
        return Target.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise UsageError(f"Target '{path}': cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"Target '{path}': is no TOML: {error}.") from None
    except ValidationError as error:
        raise UsageError(f"Target '{path}': {_first(error)}") from None


def _first(error: ValidationError) -> str:
    problem = error.errors()[0]
    name = str(problem["loc"][0])
    if problem["type"] == "extra_forbidden":
        return unknown_name("key", name, Target.model_fields)
    return f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}, it is {problem['input']!r}."
