"""The command `unheard`: one file a command, loaded only when it is asked for."""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

import unheard
from unheard.errors import MissingExtraError, UnheardError

# command -> (module, one line of help); a module has `app`, a Typer with the command or its subcommands
COMMANDS = {
    "demo": ("unheard.cli.demo", "The whole story on voices it makes itself, in minutes, offline."),
    "corpus": ("unheard.cli.corpus", "Import, describe and split recordings; make synthetic voices."),
    "audit": ("unheard.cli.audit", "What is wrong with the recordings, labels and splits, and what to do."),
    "train": ("unheard.cli.train", "Train a model: a folder of recordings in, a bundle and a report out."),
    "enrol-word": ("unheard.cli.enrol_word", "A new word for a model, from a few clips of it."),
    "evaluate": ("unheard.cli.evaluate", "Numbers with intervals for a model on a corpus."),
    "diagnose": ("unheard.cli.diagnose", "Why a model fails on what it has not heard, in accuracy points."),
    "predict": ("unheard.cli.predict", "Labels and scores for audio files or folders."),
    "flattery": ("unheard.cli.flattery", "How much a clip-level random split flatters a model."),
}

EXTRA_OF = dict.fromkeys(("torch", "lightning", "onnx"), "train")  # imported at the top of modules


class LazyCommand(TyperCommand):
    """Stands for a command in the list of commands; imports its module only to run it."""

    def __init__(self, name: str, module: str, help_line: str) -> None:
        super().__init__(name, help=help_line)
        self.module = module

    def load(self) -> Any:
        """The command itself."""
        return typer.main.get_command(importlib.import_module(self.module).app)

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **extra: Any) -> Any:
        return self.load().make_context(info_name, args, *rest, **extra)


class LazyGroup(TyperGroup):
    """All commands by name; a known error in one of them is one line on standard error and exit code 2."""

    def __init__(self, **attributes: Any) -> None:
        commands = {name: LazyCommand(name, *entry) for name, entry in COMMANDS.items()}
        super().__init__(**{**attributes, "commands": commands})

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        try:
            return super().invoke(ctx)
        except UnheardError as error:
            print(f"unheard: {' '.join(str(error).splitlines())}", file=sys.stderr)
            raise typer.Exit(2) from error
        except ModuleNotFoundError as error:
            package = str(error.name).partition(".")[0]
            if package not in EXTRA_OF:
                raise
            print(f"unheard: {MissingExtraError('This', package, EXTRA_OF[package])}", file=sys.stderr)
            raise typer.Exit(2) from error
        except (PermissionError, FileNotFoundError, NotADirectoryError) as error:
            if error.filename is None:
                raise
            print(f"unheard: '{error.filename}': {error.strerror}.", file=sys.stderr)
            raise typer.Exit(2) from error
        except KeyboardInterrupt:
            print("unheard: stopped by the user.", file=sys.stderr)
            raise


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"unheard {unheard.__version__}")
        raise typer.Exit


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Speech models that keep working on voices, microphones and rooms they have never heard.

    Example: unheard train recordings/ --out runs/first
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line. Ends in `SystemExit`: 0 yes, 1 no, 2 wrong use, 130 stopped by the user."""
    # before torch is loaded: threads that wait by spinning starve every other process of a busy machine
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names of files need not be text
    app(args=None if arguments is None else list(arguments), prog_name="unheard")


if __name__ == "__main__":
    main()
