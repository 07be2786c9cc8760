"""`unheard diagnose MODEL CORPUS`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unheard.cli.output import print_json, progress_bar, say, show
from unheard.errors import UsageError

if TYPE_CHECKING:
    from unheard.diagnosing import Diagnosed

app = typer.Typer(add_completion=False)
MAX_RECORDINGS = 20  # on which two paths are compared


@app.command()
def diagnose(
    model: Annotated[
        str | None,
        typer.Argument(
            help="Run folder, bundle, .onnx file, or package.module:function (samples, rate -> scores).",
            show_default=False,
        ),
    ] = None,
    corpus: Annotated[
        Path | None,
        typer.Argument(
            help="Labelled recordings to test on: folder or corpus file; without, those of the run.",
            show_default=False,
        ),
    ] = None,
    live: Annotated[
        Path | None,
        typer.Option(help="Clips as the model meets them in use: folder or corpus file, best with labels."),
    ] = None,
    train: Annotated[
        Path | None, typer.Option(help="What the model learned from; a run folder knows by itself.")
    ] = None,
    before: Annotated[
        str | None, typer.Option(help="A model to compare with, on the same clips, paired.")
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for diagnosis.json, diagnosis.html and plan.toml.")
    ] = Path("diagnosis"),
    experiment: Annotated[
        list[str] | None, typer.Option(help="Run this experiment only; may be given again. Names: --list.")
    ] = None,
    skip: Annotated[
        list[str] | None, typer.Option(help="Leave this experiment out; may be given again.")
    ] = None,
    retrain: Annotated[
        bool, typer.Option("--retrain", help="Also train models to tell causes apart: minutes to hours.")
    ] = False,
    split: Annotated[
        str, typer.Option(help="auto (test where there is one, else all), all, train, validation, test.")
    ] = "auto",
    max_clips: Annotated[
        int, typer.Option(min=20, help="Clips of each kind that are looked at, chosen by whole speakers.")
    ] = 1000,
    cut: Annotated[
        str, typer.Option(help="Window of a clip that is too long: loudest, or first as many live paths do.")
    ] = "loudest",
    unlabelled: Annotated[
        bool, typer.Option("--unlabelled", help="The names of the live folders are no labels.")
    ] = False,
    declaration: Annotated[
        Path | None,
        typer.Option(
            "--model-declaration", help="model.toml: labels, rate, window, front end of your model."
        ),
    ] = None,
    same: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="TRAINING LIVE",
            help="Where two paths part, and stop: the same recording as two files, or two functions "
            "(package.module:function: path -> samples or features) on the recordings of --live.",
        ),
    ] = None,
    layout: Annotated[str | None, typer.Option(help="Force the layout of the corpus.")] = None,
    live_layout: Annotated[str | None, typer.Option(help="Force the layout of the live clips.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Decides all chance: clips, noise, resampling.")] = 0,
    list_experiments: Annotated[bool, typer.Option("--list", help="List all experiments and stop.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Why a model that is good in tests fails on what it has not heard, cause by cause, in accuracy points.

    Ends with code 1 when an experiment broke down, or with --same when the paths part.

    Example: unheard diagnose runs/first --live microphone/

    Example: unheard diagnose theirs.onnx recordings/ --live microphone/ --train recordings/

    Example: unheard diagnose --same train.py:features live.py:features --live microphone/
    """
    if list_experiments:
        _list(json)
        return
    if same is not None:
        _compare_paths(same, live, json)
        return
    if model is None:
        raise UsageError("Give a model: a run folder, a bundle, an .onnx file or package.module:function.")
    if cut not in ("loudest", "first"):
        raise UsageError(f"--cut is '{cut}'; possible are loudest and first.")
    if out.exists() and not out.is_dir():
        raise UsageError(f"'{out}' is a file, and a diagnosis is a folder. Choose another --out.")
    from unheard.diagnose.diagnose import DiagnoseOptions
    from unheard.diagnosing import Case, diagnose_case, write_diagnosed
    from unheard.run import Watch

    case = Case(
        model=model,
        corpus=corpus,
        live=live,
        train=train,
        before=before,
        declaration=declaration,
        split=split,
        layout=layout,
        live_layout=live_layout,
        live_labelled=False if unlabelled else None,
        max_clips=max_clips,
        cut=cut,  # type: ignore[arg-type]
        retrain=retrain,
        seed=seed,
        num_threads=2,
    )
    options = DiagnoseOptions(tuple(experiment or ()), tuple(skip or ()))
    with progress_bar("diagnose") as advance:
        diagnosed = diagnose_case(case, options, Watch(on_step=say, on_progress=advance))
    written = write_diagnosed(diagnosed, out)
    if json:
        places = {name: str(path) for name, path in written.items()}
        plan = diagnosed.plan.model_dump(mode="json")
        print_json(diagnosed.diagnosis.to_dict() | {"plan": plan, "written": places})
    else:
        _show(diagnosed, written)
    if diagnosed.diagnosis.broken:
        raise typer.Exit(1)


def _list(as_json: bool) -> None:
    """All experiments: name, what they need, what they measure."""
    from rich.table import Table

    from unheard.diagnose.catalog import all_experiments

    rows = [
        {"experiment": one.name, "needs": ", ".join(one.needs), "measures": one.summary}
        for one in all_experiments().values()
    ]
    if as_json:
        print_json({"experiments": rows})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in rows[0]:
        table.add_column(name, no_wrap=name != "measures")
    for row in rows:
        table.add_row(*row.values())
    show(table)


def _compare_paths(paths: tuple[str, str], recordings: Path | None, as_json: bool) -> None:
    """Say where the training path and the live path part; exit code 1 where they do."""
    from unheard.diagnose.path.functions import compare_functions, explain_pair
    from unheard.runtime.predict import find_recordings

    training, live = paths
    if all(Path(path).is_file() for path in paths):
        difference = explain_pair(Path(training), Path(live))
    elif all(":" in path for path in paths):
        if recordings is None:
            raise UsageError("Two functions are compared on recordings: give a folder of some with --live.")
        difference = compare_functions(training, live, find_recordings([recordings])[:MAX_RECORDINGS])
    else:
        raise UsageError(
            f"--same {training} {live}: give two files that are there, or two functions "
            "(package.module:function)."
        )
    if as_json:
        print_json(difference.to_dict())
    else:
        print(difference.message)
        for step in difference.steps[1:]:
            print(f"then {step.stage}: {step.message}")
    if difference.steps:
        raise typer.Exit(1)


def _show(diagnosed: Diagnosed, written: dict[str, Path]) -> None:
    from unheard.report.diagnosis_terminal import diagnosis_view

    plan = diagnosed.plan
    show(diagnosis_view(diagnosed.diagnosis, plan.chosen))
    if proposed := len(plan.step) - len(plan.chosen):
        print(f"proposed   {proposed} more steps, for conditions not yet met: carry_out = false in plan.toml")
    for name, path in written.items():
        print(f"{name:10} {path}")
