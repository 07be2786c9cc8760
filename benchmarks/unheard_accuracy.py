"""Accuracy on voices, words, rooms and noise that no training heard: one table for recipes and architectures.

Trained on the official training speakers of Speech Commands, selected on one half of the validation speakers,
tested on the other half, and on words of which no training had more than a few clips: as they are, in noise,
in rooms, through telephones, other microphones and a lossy code, and faint. Noise and rooms are recordings
that no training used. All rows hear the same clips under the same draws.

Run: python benchmarks/unheard_accuracy.py --data DATA --out runs --recipes robust,peers
     python benchmarks/unheard_accuracy.py --data DATA --out table runs/robust-0 runs/robust-1 runs/tutorial-0
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from accuracy.costs import costs
from accuracy.hearing import hearing
from accuracy.measuring import answers, document
from accuracy.plot import plot
from accuracy.rows import FinishedRun, gather
from accuracy.table import markdown
from accuracy.training import Wanted, and_from_nothing, listed, train_missing, wanted
from unheard_words import MAX_CLIPS

from unheard.cli.output import say
from unheard.errors import UnheardError, UsageError, unknown_name
from unheard.files import write_json, write_text


def main(
    data: Annotated[Path, typer.Option(help="Folder with speech_commands, noise, rooms and other words.")],
    out: Annotated[Path, typer.Option(help="Folder of the runs, the tables and the plot.")],
    runs: Annotated[list[Path] | None, typer.Argument(help="Finished runs to measure too.")] = None,
    recipes: Annotated[
        str, typer.Option(help="To train where absent: RECIPE or RECIPE:ARCHITECTURE,... or peers.")
    ] = "",
    seeds: Annotated[str, typer.Option(help="Of each recipe.")] = "0,1,2",
    settings: Annotated[list[str] | None, typer.Option("--set", help="Change every recipe.")] = None,
    train_noise: Annotated[
        bool, typer.Option(help="Some kinds of noise for recipes that add noise; others are reported.")
    ] = True,
    train_speech: Annotated[
        bool, typer.Option(help="Other people talking, for our own recipes, as unknown words.")
    ] = True,
    from_nothing: Annotated[
        bool, typer.Option(help="Recipes that start from published weights are trained from nothing too.")
    ] = True,
    measure: Annotated[bool, typer.Option(help="Measure after training.")] = True,
    reference: Annotated[
        str,
        typer.Option(help="Rows that all others are compared with: ROW,...; the first where none is named."),
    ] = "",
    max_unheard: Annotated[int, typer.Option(help="Clips of unheard words, at most.")] = MAX_CLIPS,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of tables.")] = False,
) -> None:
    """Train what is missing, measure every row under every condition; tables, a document and a plot."""
    try:
        chosen = [
            wanted(
                name,
                int(seed),
                settings or [],
                data if train_noise else None,
                data if train_speech else None,
            )
            for seed in seeds.split(",")
            for name in listed(recipes)
        ]
        if from_nothing:
            chosen = [one for run in chosen for one in and_from_nothing(run)]
        folders = [*(runs or []), *train(chosen, data, out)]
        if not measure:
            return
        references = [name for name in reference.split(",") if name]
        found = measured(folders, data, references, max_unheard)
    except UnheardError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    text = markdown(found)
    write_json(out / "accuracy.json", found)
    write_text(out / "accuracy.md", text)
    write_text(out / "accuracy.svg", plot(found))
    typer.echo(json.dumps(found, indent=2, ensure_ascii=False) if as_json else text)


def train(chosen: Sequence[Wanted], data: Path, out: Path) -> list[Path]:
    """Folders of the runs, all of them finished; those of one seed before those of the next."""
    out.mkdir(parents=True, exist_ok=True)
    return [train_missing(one, data / "speech_commands", out, say) for one in chosen]


def measured(
    folders: Sequence[Path], data: Path, references: Sequence[str], max_unheard: int
) -> dict[str, Any]:
    """The document, with differences from the first row where no reference is named.

    Raises: UsageError without runs, or for an unknown reference.
    """
    if not folders:
        raise UsageError("Nothing to measure: give folders of finished runs, or --recipes.")
    rows = gather([FinishedRun.load(folder) for folder in folders])
    names = [row.name for row in rows]
    for name in references:
        if name not in names:
            raise UsageError(unknown_name("row", name, names))
    say("making the clips under every condition")
    heard = hearing(rows, data, max_unheard)
    found = [answers(row, heard, say) for row in rows]
    say("timing the models in turns")
    return document(rows, found, costs(rows), heard, references or names[:1])


if __name__ == "__main__":
    typer.run(main)
