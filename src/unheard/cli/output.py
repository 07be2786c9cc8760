"""What every command prints with: tables and progress for people, one JSON document for machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import rich
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

OnProgress = Callable[[float, int], None]  # (done, total)


def print_json(document: Mapping[str, Any]) -> None:
    """One JSON document on standard output, and nothing else."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def print_json_line(row: Mapping[str, Any]) -> None:
    """One row of JSON lines."""
    sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


def say(message: str) -> None:
    """A line for a person; goes to standard error, so that standard output stays a result."""
    Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(message)


def show(renderable: Any) -> None:
    """A rich table or text on standard output."""
    rich.print(renderable)


@contextmanager
def progress_bar(title: str) -> Iterator[OnProgress]:
    """A live bar on standard error; calls are `(done, total)`. Silent when that is no terminal.

    Results that are printed meanwhile go above the bar on a terminal, and untouched into a file or pipe.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(
        *columns,
        console=console,
        transient=True,
        disable=not console.is_terminal,
        redirect_stdout=sys.stdout.isatty(),
    ) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
