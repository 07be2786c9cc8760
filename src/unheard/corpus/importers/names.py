"""Names that other people's tables and folders give to the columns and splits of a corpus."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

from unheard.errors import CorpusError, unknown_name

# ours -> names that mean it, in snake case; the first that a table has is taken
ALIASES: Mapping[str, tuple[str, ...]] = {
    "path": (
        "path",
        "file_name",
        "filename",
        "file",
        "audio_filepath",
        "audio_path",
        "file_path",
        "audio",
        "wav",
    ),
    "label": ("label", "word", "command", "keyword", "intent", "class", "category"),
    "text": ("text", "transcription", "transcript", "sentence"),
    "speaker": (
        *("speaker", "speaker_id", "client_id", "response_id", "participant", "participant_id"),
        *("subject", "subject_id", "user_id", "contributor"),
    ),
    "session": ("session", "session_id", "chapter", "chapter_id"),
    "device": ("device", "recording_machine", "recording_device", "microphone", "recorder"),
    "split": ("split",),
    "start_s": ("start_s", "start", "start_time", "begin", "offset", "onset"),
    "end_s": ("end_s", "end", "end_time", "stop"),
    "duration_s": ("duration_s", "duration"),
}
SPLIT_NAMES: Mapping[str, str] = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("validation", "valid", "val", "dev", "development"), "validation"),
    **dict.fromkeys(("test", "testing", "eval", "evaluation"), "test"),
}
# ours, but read from headers or folders: what a table states of them is kept as stated_...
_NOT_FROM_TABLES = ("sample_rate", "num_channels", "role")


def snake_case(name: str) -> str:
    """A column name in lower case with underscores: "Accent Strength (Self reported)" is
    "accent_strength_self_reported"."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^0-9a-z]+", "_", words.lower()).strip("_") or "column"


def our_columns(frame: pl.DataFrame, mapping: Mapping[str, str]) -> pl.DataFrame:
    """The table with columns named as a corpus names them, the others in snake case.

    `mapping` (ours -> theirs) goes before `ALIASES`. Raises `CorpusError` for a column that is not there.
    """
    theirs = {ours: _find(name, frame.columns) for ours, name in mapping.items()}
    snakes = {snake_case(name): name for name in reversed(frame.columns) if name not in theirs.values()}
    for ours, aliases in ALIASES.items():
        found = [snakes[alias] for alias in aliases if alias in snakes]
        if ours not in theirs and found:
            theirs[ours] = found[0]
    taken = {name: ours for ours, name in theirs.items()}
    return frame.rename(_unique({name: taken.get(name) or _free(name, theirs) for name in frame.columns}))


def _find(name: str, columns: list[str]) -> str:
    """The column of that name, else the one whose name is the same in snake case."""
    if name in columns:
        return name
    for column in columns:
        if snake_case(column) == snake_case(name):
            return column
    raise CorpusError(unknown_name("column", name, columns))


def _free(name: str, taken: Mapping[str, str]) -> str:
    """Name of a metadata column: in snake case, and none that a corpus has another use for."""
    snake = snake_case(name)
    return f"stated_{snake}" if snake in taken or snake in _NOT_FROM_TABLES else snake


def _unique(names: dict[str, str]) -> dict[str, str]:
    """New names, with a number behind those that would stand twice."""
    seen: dict[str, int] = {}
    for old, new in names.items():
        seen[new] = seen.get(new, 0) + 1
        if seen[new] > 1:
            names[old] = f"{new}_{seen[new]}"
    return names


def split_of_folder(path: str = "path") -> pl.Expr:
    """The split that the topmost folder of a path is named after, else null."""
    top = pl.col(path).str.extract(r"^([^/]+)/", 1).str.to_lowercase()
    return top.replace_strict(SPLIT_NAMES, default=None, return_dtype=pl.String)
