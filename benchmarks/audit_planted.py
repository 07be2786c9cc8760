"""How well the audit finds faults that were planted at known places in real recordings, and how often it
calls a fault what nobody touched.

Each file of `planted/` damages real recordings in several severities and asks the check itself. The table
goes to standard output or, with --docs, into docs/audit.md between its two marks.

Run: python benchmarks/audit_planted.py ../shared/data --only clipping
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from planted.row import Row

from unheard.errors import UsageError, unknown_name
from unheard.files import write_text

FOLDER = Path(__file__).parent / "planted"
MARKS = ("<!-- planted table -->", "<!-- end of planted table -->")
HEADER = "| check | fault | severity | found | false alarms | goal | |\n|---|---|---|---:|---:|---|---|\n"


def run(
    data: Annotated[Path, typer.Argument(help="The folder of real recordings.")],
    only: Annotated[list[str] | None, typer.Option(help="Files of planted/, without .py.")] = None,
    seed: Annotated[int, typer.Option(help="Decides which clips and where.")] = 0,
    docs: Annotated[Path | None, typer.Option(help="Page that holds the table, e.g. docs/audit.md.")] = None,
    json_out: Annotated[Path | None, typer.Option("--json", help="Keep the rows in this file too.")] = None,
) -> None:
    """Plant, audit, count; print the table."""
    names = _names(only or [])
    rows: list[Row] = []
    for name in names:
        started = time.monotonic()
        rows += importlib.import_module(f"planted.{name}").rows(data, seed)
        print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    table = HEADER + "".join(_line(row) for row in rows)
    if json_out:
        write_text(json_out, json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    if docs:
        _insert(docs, table)
    print(table)


def _names(only: Sequence[str]) -> list[str]:
    known = sorted(path.stem for path in FOLDER.glob("*.py") if hasattr(_module(path.stem), "rows"))
    for name in only:
        if name not in known:
            raise UsageError(unknown_name("planted fault", name, known))
    return [name for name in known if not only or name in only]


def _module(name: str) -> object:
    return importlib.import_module(f"planted.{name}")


def _line(row: Row) -> str:
    found = f"{row.recall:.1%} of {row.num_planted:,}"
    alarms = "" if row.false_alarms is None else f"{row.false_alarms:.1%} of {row.num_clean:,}"
    return f"| {row.check} | {row.fault} | {row.severity} | {found} | {alarms} | {row.goal} | {row.note} |\n"


def _insert(page: Path, table: str) -> None:
    """Put the table between the two marks of a page."""
    text = page.read_text("utf-8")
    begin, end = (text.index(mark) for mark in MARKS)
    write_text(page, f"{text[:begin]}{MARKS[0]}\n{table}{text[end:]}")


if __name__ == "__main__":
    typer.run(run)
