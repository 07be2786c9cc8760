"""`unheard corpus split`: whole groups to train, validation and test, and who went where."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unheard.cli.output import print_json, progress_bar, show

if TYPE_CHECKING:
    from rich.console import RenderableType

    from unheard.corpus.split import SplitResult

SHOWN_GROUPS = 20  # names of a split's groups in the table; --json has all


def split(
    source: Annotated[
        Path,
        typer.Argument(metavar="CORPUS", help="A stored corpus, a folder or a table.", show_default=False),
    ],
    out: Annotated[
        Path | None, typer.Option(help="Corpus to write, with its splits: .parquet, .jsonl or .csv.")
    ] = None,
    method: Annotated[
        str,
        typer.Option(
            help="auto (official lists where there are, else group), group, official, k-fold, temporal, "
            "leave-one-group-out, or leaky (clip by clip, to measure how much that flatters)."
        ),
    ] = "auto",
    validation: Annotated[float, typer.Option(help="Share of the groups for validation.")] = 0.1,
    test: Annotated[float, typer.Option(help="Share of the groups for the test.")] = 0.1,
    salt: Annotated[str, typer.Option(help="Another salt, another split.")] = "unheard",
    group_by: Annotated[
        str | None,
        typer.Option(
            help="Column that names what stays together, or 'content'. If not given: speaker, else session, "
            "else each recording by itself."
        ),
    ] = None,
    stratify: Annotated[
        bool, typer.Option("--stratify", help="Also move groups into splits that lack one of their labels.")
    ] = False,
    folds: Annotated[int, typer.Option(help="For k-fold: number of folds.")] = 5,
    fold: Annotated[int, typer.Option(help="The fold, or left-out group, that is tested: 0, 1, ...")] = 0,
    time_column: Annotated[
        str | None, typer.Option(help="For temporal: column of dates or numbers; the latest are the test.")
    ] = None,
    split_groups: Annotated[
        bool, typer.Option("--split-groups", help="For temporal: by time alone, a speaker may be torn.")
    ] = False,
    layout: Annotated[str | None, typer.Option(help="Layout, if it is not to be recognised.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document instead of tables.")] = False,
) -> None:
    """Divide a corpus so that nobody who is tested on was trained on.

    The hash of a speaker's name decides, so adding recordings moves nobody. Identical audio stays together.

    Example: unheard corpus split recordings/ --out corpus.parquet

    Example: unheard corpus split corpus.parquet --method k-fold --folds 5 --fold 0 --json
    """
    from unheard.corpus.importing import load_corpus
    from unheard.corpus.split import SplitOptions, split_corpus
    from unheard.corpus.storage import require_suffix

    if out is not None:
        require_suffix(out)
    options = SplitOptions(
        method=method,  # type: ignore[arg-type]  # checked by the options themselves
        validation_share=validation,
        test_share=test,
        salt=salt,
        group_by=group_by,
        stratify=stratify,
        num_folds=folds,
        fold=fold,
        time_column=time_column,
        split_groups=split_groups,
    )
    with progress_bar("read headers") as on_progress:
        corpus = load_corpus(source, layout=layout, on_progress=on_progress)
    with progress_bar("compare audio") as on_progress:
        result = split_corpus(corpus, options, on_progress)
    if out is not None:
        result.corpus.save(out)
    if json:
        print_json(_document(result) | {"out": None if out is None else str(out)})
    else:
        show(_view(result, out))


def _document(result: SplitResult) -> dict[str, Any]:
    """Everything about a split but the utterances themselves."""
    return {
        "method": result.method,
        "group_by": result.group_kind,
        "splits": {
            name: {
                "utterances": int((result.corpus.frame["split"] == name).sum()),
                "num_groups": len(groups),
                "groups": groups,
            }
            for name, groups in _groups_of(result).items()
        },
        "labels": result.table.to_dicts(),
        "num_torn_groups": result.num_torn_groups,
        "notes": list(result.notes),
        "warnings": list(result.warnings),
    }


def _groups_of(result: SplitResult) -> dict[str, list[str]]:
    """Names of the groups in each split, sorted."""
    splits = result.corpus.frame["split"]
    return {
        name: result.groups.filter(splits == name).unique().sort().to_list()
        for name in result.table["split"].unique(maintain_order=True)
    }


def _view(result: SplitResult, out: Path | None) -> RenderableType:
    """Tables of labels and groups, then what is to be said."""
    from rich.console import Group
    from rich.text import Text

    said = [Text(note) for note in result.notes]
    said += [Text(f"Warning: {warning}", style="yellow") for warning in result.warnings]
    if result.num_torn_groups:
        said.append(
            Text(f"{result.num_torn_groups} groups are both trained on and held out.", style="yellow")
        )
    said.append(Text("Nothing was written; --out FILE keeps it." if out is None else f"Written: {out}"))
    return Group(_label_table(result), _group_table(result), *said)


def _label_table(result: SplitResult) -> RenderableType:
    """Utterances and groups, a row for each label and one for all."""
    from rich.table import Table
    from rich.text import Text

    groups_of = _groups_of(result)
    table = Table(title=f"Split by {result.method}: utterances (groups)", title_justify="left")
    table.add_column("label")
    for name in groups_of:
        table.add_column(name, justify="right")
    for (label,), rows in result.table.group_by("label", maintain_order=True):
        cells = [f"{row['utterances']:,} ({row['groups']:,})" for row in rows.iter_rows(named=True)]
        table.add_row(Text("(none)" if label is None else str(label)), *cells)
    table.add_section()
    splits = result.corpus.frame["split"]
    totals = [f"{int((splits == name).sum()):,} ({len(groups):,})" for name, groups in groups_of.items()]
    table.add_row("all", *totals)
    return table


def _group_table(result: SplitResult) -> RenderableType:
    """Which groups went where."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=f"Groups (by {result.group_kind})", title_justify="left", show_header=False)
    for name, groups in _groups_of(result).items():
        more = f" and {len(groups) - SHOWN_GROUPS:,} more" if len(groups) > SHOWN_GROUPS else ""
        table.add_row(name, f"{len(groups):,}", Text(", ".join(groups[:SHOWN_GROUPS]) + more))
    return table
