"""`unheard train CORPUS --out RUN`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unheard.cli.output import print_json, progress_bar, say, show
from unheard.errors import UsageError

if TYPE_CHECKING:
    from unheard.run import Run, Watch

app = typer.Typer(add_completion=False)


@app.command()
def train(
    corpus: Annotated[
        Path | None, typer.Argument(help="Folder of recordings or corpus file; none with --resume.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the run; new or empty.")] = Path("run"),
    recipe: Annotated[str, typer.Option(help="robust, bc-resnet, tutorial, or a .toml file.")] = "robust",
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="Change the recipe, e.g. --set training.epochs=10.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Decides all chance: weights, order, augmentation.")] = 0,
    split: Annotated[str, typer.Option(help="Method; see `unheard corpus split --help`.")] = "auto",
    salt: Annotated[str, typer.Option(help="Another salt draws other speakers into each split.")] = "unheard",
    layout: Annotated[str | None, typer.Option(help="Force the layout of the folder.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was killed.")] = False,
    conditions: Annotated[
        bool, typer.Option(help="Measure under noise, in rooms, on the telephone and at low level too.")
    ] = True,
    audit: Annotated[
        bool, typer.Option(help="Audit recordings and splits first; see `unheard audit --quick`.")
    ] = True,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Train a model on recordings; leaves a bundle, an honest estimate and a report in the folder of the run.

    Example: unheard train recordings/ --out runs/first

    Example: unheard train --out runs/first --resume
    """
    from unheard import pipeline
    from unheard.corpus.split import SplitOptions
    from unheard.run import RunOptions
    from unheard.train.recipe import load_recipe

    if (corpus is None) != resume:
        raise UsageError(
            "Give a folder of recordings or a corpus file, or --resume (and neither both nor none)."
        )
    with progress_bar("working") as advance:
        watch = watching(advance)
        if corpus is None:
            run = pipeline.resume(out, watch)
        else:
            options = RunOptions(
                recipe=load_recipe(recipe, settings or []),
                seed=seed,
                split=SplitOptions(method=split, salt=salt),  # type: ignore[arg-type]
                layout=layout,
                measure_conditions=conditions,
                audit=audit,
            )
            run = pipeline.train(corpus, out, options, watch)
    if json:
        print_json(run.to_dict())
    else:
        show_run(run)


def watching(advance: object) -> Watch:
    """Steps and epochs as lines on standard error, progress on the bar."""
    from unheard.run import Watch
    from unheard.train.curves import describe_epoch
    from unheard.train.fit import Callbacks

    callbacks = Callbacks(
        on_epoch=lambda row, epochs: say(describe_epoch(row, epochs)),
        on_batch=lambda done, total, _: advance(done, total),  # type: ignore[operator]
    )
    return Watch(on_step=say, on_progress=advance, callbacks=callbacks)  # type: ignore[arg-type]


def show_run(run: Run) -> None:
    """Numbers on the test speakers, conditions, and where to look next."""
    from unheard.report.conditions import conditions_table
    from unheard.report.terminal import evaluation_view

    show(evaluation_view(run.results[0].evaluation, known_unheard=run.tested_on_unheard))
    if len(run.results) > 1:
        show(conditions_table([result.row() for result in run.results]))
    print(f"bundle  {run.folder / 'bundle'}")
    print(f"report  {run.folder / 'report.html'}")
