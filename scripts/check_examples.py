"""Check that the examples in Markdown files can be run: `check_examples.py README.md ...`.

Fenced blocks of `sh`: every `unheard` command exists and has the options shown, every `make` target is in
the Makefile, every script is there. Blocks of `python`: they parse, and names imported from `unheard` exist.
Prints one line a problem; exit code 1 if there is one.
"""

from __future__ import annotations

import ast
import importlib
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.core import TyperGroup
from typer.main import get_command

from unheard.cli.main import LazyCommand, app

REPOSITORY = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def problems(text: str) -> Iterator[str]:
    """One line for each example of a Markdown text that cannot be run."""
    for language, code in BLOCK.findall(text):
        if language == "sh":
            for line in code.replace("\\\n", " ").splitlines():
                yield from (f"{line.strip()}: {problem}" for problem in problems_of_line(line))
        elif language == "python":
            yield from problems_of_python(code)


def problems_of_line(line: str) -> Iterator[str]:
    """What is wrong with one line of shell."""
    words = shlex.split(line, comments=True)
    if words[:1] == ["unheard"]:
        yield from problems_of_command(words[1:])
    elif words[:1] == ["make"]:
        targets = re.findall(r"^(\w+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
        named = [word for word in words[1:] if "=" not in word]
        yield from (f"the Makefile has no target '{word}'" for word in named if word not in targets)
    elif words and words[0].startswith("scripts/") and not (REPOSITORY / words[0]).is_file():
        yield f"there is no {words[0]}"


def problems_of_command(words: list[str]) -> Iterator[str]:
    """What is wrong with the words after `unheard`."""
    command: Any = get_command(app)
    for word in words:
        if not isinstance(command, TyperGroup) or word.startswith("-"):
            break
        if word not in command.commands:
            yield f"there is no command '{word}'"
            return
        command = command.commands[word]
        command = command.load() if isinstance(command, LazyCommand) else command
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    used = [word.split("=")[0] for word in words if word.startswith("-")]
    yield from (f"there is no option '{word}'" for word in used if word not in {*known, "--help", "-h"})


def problems_of_python(code: str) -> Iterator[str]:
    """Names imported from `unheard` that are not there."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("unheard"):
            module = importlib.import_module(node.module)
            missing = [alias.name for alias in node.names if not hasattr(module, alias.name)]
            yield from (f"from {node.module} import {name}: there is no such name" for name in missing)


def main(paths: list[str]) -> int:
    found = [f"{path}: {problem}" for path in paths for problem in problems(Path(path).read_text("utf-8"))]
    print("\n".join(found) or f"All examples in {', '.join(paths)} can be run.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
