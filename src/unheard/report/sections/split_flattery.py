"""Accuracy on test clips that training has heard something of, beside that on new ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unheard.report.media import Listen
from unheard.report.sections.block import Block, Table
from unheard.report.sections.cells import share, whole

KINDS = {
    "copy": "a copy of the clip",
    "recording": "the recording it is cut from",
    "speaker": "its speaker",
    "session": "its session",
    "device": "its device",
}
COLUMNS = ("Training has heard", "Clips heard", "Right of these", "Clips new", "Right of these")


def draw_split_flattery(facts: Mapping[str, Any], _listen: Listen) -> list[Block]:
    """A row a kind of leak."""
    rows = [
        (
            KINDS.get(row["kind"], row["kind"]),
            whole(row["heard_clips"]),
            share(row["heard_accuracy"]),
            whole(row["new_clips"]),
            share(row["new_accuracy"]),
        )
        for row in facts["kinds"]
    ]
    title = "Test clips by what training has heard of them, each with the label mix of all"
    return [Table(COLUMNS, rows, title, numbers=(1, 2, 3, 4))] if rows else []
