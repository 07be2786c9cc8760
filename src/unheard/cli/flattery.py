"""`unheard flattery CORPUS`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from unheard.cli.output import print_json, progress_bar, say, show

app = typer.Typer(add_completion=False)


@app.command()
def flattery(
    corpus: Annotated[Path, typer.Argument(help="Folder of recordings or corpus file.", show_default=False)],
    recipe: Annotated[str, typer.Option(help="robust, bc-resnet, tutorial, or a .toml file.")] = "tutorial",
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="Change the recipe, e.g. --set training.epochs=10.")
    ] = None,
    folds: Annotated[int, typer.Option(help="Models to train for each of the two ways.")] = 3,
    repetitions: Annotated[int, typer.Option(help="Do all of it so many times, each with another seed.")] = 1,
    seed: Annotated[int, typer.Option(help="Decides all chance: folds, weights, order, augmentation.")] = 0,
    layout: Annotated[str | None, typer.Option(help="Force the layout of the folder.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """How much a clip-level random split flatters: cross-validated by clip and by speaker.

    Recordings, recipe and seed are the same; only what is held out differs.

    Six models are trained, so shorten the recipe as far as it still learns.

    Example: unheard flattery recordings/ --set epochs=15
    """
    from unheard.corpus.importing import load_corpus
    from unheard.flattery import FlatteryOptions, measure_flattery
    from unheard.report.flattery import flattery_view
    from unheard.run import Watch
    from unheard.train.recipe import load_recipe

    options = FlatteryOptions(load_recipe(recipe, settings or []), folds, repetitions, seed)
    with progress_bar("working") as advance:
        loaded = load_corpus(corpus, layout=layout, on_progress=advance)
        found = measure_flattery(loaded, options, Watch(on_step=say, on_progress=advance))
    if json:
        print_json({**found.to_dict(), "options": options.to_dict()})
    else:
        show(flattery_view(found))
