"""`unheard train CORPUS --out RUN`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unheard.cli.output import print_json, progress_bar, say, show
from unheard.errors import UsageError

if TYPE_CHECKING:
    from unheard.run import Run, Watch
    from unheard.train.plan import Plan
    from unheard.train.recipe import Recipe

app = typer.Typer(add_completion=False)


@app.command()
def train(
    corpus: Annotated[
        Path | None,
        typer.Argument(
            help="Folder of recordings or corpus file; none with --resume, may be left out with --plan."
        ),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the run; new or empty.")] = Path("run"),
    recipe: Annotated[
        str | None,
        typer.Option(
            help="robust; nano, small, base, large; a published one (bc-resnet, ds-cnn, tc-resnet, "
            "matchboxnet, tutorial, ...); or a .toml file; default: that of the plan's run, else robust."
        ),
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="Change the recipe, e.g. --set training.epochs=10.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Decides all chance: weights, order, augmentation.")] = 0,
    split: Annotated[str, typer.Option(help="Method; see `unheard corpus split --help`.")] = "auto",
    salt: Annotated[str, typer.Option(help="Another salt draws other speakers into each split.")] = "unheard",
    layout: Annotated[str | None, typer.Option(help="Force the layout of the folder.")] = None,
    noise: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of background recordings to train with, besides the corpus's own."),
    ] = None,
    speech: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of people talking, who say none of the commands: pieces are _unknown_."),
    ] = None,
    teacher: Annotated[
        list[Path] | None,
        typer.Option(
            help="Finished run to learn from; several teach together; else the recipe says whether one is "
            "trained first."
        ),
    ] = None,
    plan: Annotated[
        Path | None, typer.Option(help="plan.toml of `unheard diagnose`: carry out what training can.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was killed.")] = False,
    conditions: Annotated[
        bool, typer.Option(help="Measure under noise, in rooms, on the telephone and at low level too.")
    ] = True,
    audit: Annotated[
        bool, typer.Option(help="Audit recordings and splits first; see `unheard audit --quick`.")
    ] = True,
    few_shot: Annotated[
        bool, typer.Option("--few-shot", help="Learn words from a few clips each; see docs/few_shot.md.")
    ] = False,
    voices: Annotated[
        bool,
        typer.Option("--voices", help="With --few-shot: synthetic voices too; labels are English words."),
    ] = False,
    false_accepts: Annotated[
        float | None,
        typer.Option(help="With --few-shot: share of other words and noises that may pass for a word."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Train a model on recordings; leaves a bundle, an honest estimate and a report in the folder of the run.

    Example: unheard train recordings/ --out runs/first

    Example: unheard train recordings/ --noise cafes/ --noise streets/ --out runs/noisy

    Example: unheard train --few-shot recordings/ --false-accepts 0.01 --out runs/few

    Example: unheard train --out runs/first --resume

    Example: unheard train --plan diagnosis/plan.toml --out runs/second
    """
    from unheard import pipeline
    from unheard.corpus.split import SplitOptions
    from unheard.planned import train_planned
    from unheard.run import RunOptions
    from unheard.train.plan import load_plan

    if resume and (corpus or plan):
        raise UsageError("--resume goes on with a run as it was begun: give neither a corpus nor a --plan.")
    if corpus is None and plan is None and not resume:
        raise UsageError("Give a folder of recordings or a corpus file, or --resume, or --plan.")
    if few_shot and (recipe or plan or resume or teacher or speech or corpus is None):
        raise UsageError(
            "--few-shot takes a corpus, and neither --recipe, --plan, --resume, --speech nor --teacher."
        )
    if few_shot and ((split, salt) != ("auto", "unheard") or not audit or not conditions):
        raise UsageError("--few-shot splits, audits and measures nothing: leave such options out.")
    if (voices or false_accepts is not None) and not few_shot:
        raise UsageError("--voices and --false-accepts go with --few-shot.")
    steps = load_plan(plan) if plan else None
    with progress_bar("working") as advance:
        watch = watching(advance)
        if few_shot and corpus is not None:
            from unheard.few_shot import FewShotOptions, few_shot_recipe, train_few_shot

            few = FewShotOptions(
                recipe=few_shot_recipe(tuple(settings or ())),
                layout=layout,
                noise=tuple(str(folder.resolve()) for folder in noise or ()),
                voices=voices,
                false_accepts=false_accepts,
                seed=seed,
            )
            run = train_few_shot(corpus, out, few, watch)
        elif resume:
            run = pipeline.resume(out, watch)
        else:
            options = RunOptions(
                recipe=_recipe(recipe, settings or [], steps),
                seed=seed,
                split=SplitOptions(method=split, salt=salt),  # type: ignore[arg-type]
                layout=layout,
                noise=tuple(str(folder.resolve()) for folder in noise or ()),
                speech=tuple(str(folder.resolve()) for folder in speech or ()),
                teachers=tuple(str(folder.resolve()) for folder in teacher or ()),
                measure_conditions=conditions,
                audit=audit,
            )
            if steps is not None:
                run = train_planned(corpus, out, options, steps, watch)
            elif corpus is not None:
                run = pipeline.train(corpus, out, options, watch)
    if json:
        print_json(run.to_dict())
    else:
        show_run(run)


def _recipe(name: str | None, settings: list[str], plan: Plan | None) -> Recipe:
    """The recipe that is asked for, else that of the run that the plan is for, else the default."""
    from unheard.run import read_options
    from unheard.train.recipe import change_recipe, load_recipe, parse_settings

    if name is None and plan is not None and plan.run:
        return change_recipe(read_options(Path(plan.run)).recipe, parse_settings(settings), "--set")
    return load_recipe(name or "robust", settings)


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

    if run.results:
        show(evaluation_view(run.results[0].evaluation, known_unheard=run.tested_on_unheard))
    if len(run.results) > 1:
        show(conditions_table([result.row() for result in run.results]))
    print(f"bundle  {run.folder / 'bundle'}")
    print(f"report  {run.folder / 'report.html'}")
