"""`unheard evaluate MODEL CORPUS`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unheard.cli.output import print_json, progress_bar, say, show
from unheard.errors import UsageError

if TYPE_CHECKING:
    from unheard.corpus.table import Corpus

app = typer.Typer(add_completion=False)


@app.command()
def evaluate(
    model: Annotated[Path, typer.Argument(help="Run folder or bundle.")],
    corpus: Annotated[Path, typer.Argument(help="Folder of recordings or corpus file.")],
    split: Annotated[
        str, typer.Option(help="auto (test where the corpus has it, else all), all, train, validation, test.")
    ] = "auto",
    conditions: Annotated[
        bool, typer.Option("--conditions", help="Also under noise, in rooms, on the telephone, at low level.")
    ] = False,
    noise: Annotated[Path | None, typer.Option(help="Folder of noise recordings for --conditions.")] = None,
    rooms: Annotated[Path | None, typer.Option(help="Folder of impulse responses for --conditions.")] = None,
    layout: Annotated[str | None, typer.Option(help="Force the layout of the folder.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the resampling.")] = 0,
    save: Annotated[Path | None, typer.Option(help="Write the answers for every clip, as Parquet.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Numbers for a model on a corpus, each with an interval that resamples whole speakers.

    Example: unheard evaluate runs/first recordings/ --conditions
    """
    from unheard import pipeline
    from unheard.corpus.importing import load_corpus
    from unheard.report.conditions import conditions_table
    from unheard.report.terminal import evaluation_view
    from unheard.run import Watch
    from unheard.runtime.bundle import Bundle

    bundle = Bundle.load(model, num_threads=2)
    with progress_bar("reading") as advance:
        loaded = load_corpus(corpus, layout=layout, on_progress=advance)
        chosen = choose_split(loaded, split)
        watch = Watch(on_step=say, on_progress=advance)
        results = pipeline.evaluate(
            bundle,
            loaded,
            split=chosen,
            all_conditions=conditions,
            noise=noise,
            rooms=rooms,
            seed=seed,
            watch=watch,
        )
    if num_heard := pipeline.count_trained_on(model, loaded, chosen):
        say(f"{num_heard} of these utterances were trained on: the numbers flatter. Choose --split test.")
    if save:
        results[0].predictions.save(save)
    if json:
        rows = [result.row() for result in results]
        print_json(
            {
                "split": chosen or "all",
                "trained_on": num_heard,
                **results[0].evaluation.to_dict(),
                "conditions": rows,
            }
        )
        return
    say(f"{chosen or 'all'} utterances of {corpus}")
    show(evaluation_view(results[0].evaluation, known_unheard=chosen == "test" and not num_heard))
    if len(results) > 1:
        show(conditions_table([result.row() for result in results]))


def choose_split(corpus: Corpus, wanted: str) -> str | None:
    """The split to evaluate on; None for all utterances.

    Raises: UsageError when the corpus does not have it.
    """
    present = set(corpus.utterances["split"].drop_nulls())
    if wanted == "all" or (wanted == "auto" and "test" not in present):
        return None
    chosen = "test" if wanted == "auto" else wanted
    if chosen not in present:
        has = ", ".join(sorted(present)) or "none"
        raise UsageError(f"The corpus has no split '{wanted}'; it has: {has}. Or choose --split all.")
    return chosen
