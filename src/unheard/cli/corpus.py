"""`unheard corpus`: recordings in, a table of utterances out; what is in it, who is in which part."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unheard.cli.corpus_split import split
from unheard.cli.corpus_voices import voices
from unheard.cli.output import print_json, progress_bar, show
from unheard.errors import UsageError

if TYPE_CHECKING:
    from unheard.corpus.table import Corpus

app = typer.Typer(
    help="Import, describe and split recordings; make synthetic voices.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
)

Layout = Annotated[
    str | None,
    typer.Option(
        help="Layout, if it is not to be recognised: speech-commands, arabic-commands, fsdd, librispeech, "
        "audiofolder, table or folders."
    ),
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column", metavar="OURS=THEIRS", help="A column of your table, e.g. speaker=Client. Repeatable."
    ),
]
MaxRejected = Annotated[
    float, typer.Option(min=0, max=1, help="Largest share of unusable recordings to go on with.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of tables.")]


@app.command("import")
def import_recordings(
    source: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="A folder, or a table.", show_default=False)
    ],
    out: Annotated[Path, typer.Option(help="Corpus to write: .parquet, .jsonl or .csv.", show_default=False)],
    layout: Layout = None,
    column: Columns = None,
    max_rejected: MaxRejected = 0.05,
    json: Json = False,
) -> None:
    """Make a corpus of a folder of recordings, or of a table that names them.

    The layout is recognised by the names of the files.

    What does not decode is left out, and stands beside the corpus in NAME.rejected.jsonl.

    Example: unheard corpus import recordings/ --out corpus.parquet

    Example: unheard corpus import clips.csv --out corpus.parquet --column path=wav --column speaker=who
    """
    from unheard.corpus.describe import describe as describe_corpus
    from unheard.corpus.storage import require_suffix
    from unheard.corpus.table import rejected_path

    require_suffix(out)
    corpus = _load(source, layout, column, max_rejected)
    corpus.save(out)
    description = describe_corpus(corpus)
    rejected_out = str(rejected_path(out)) if description.rejected else None
    if json:
        written = {"out": str(out), "rejected_out": rejected_out}
        print_json(description.to_dict() | written | {"rejected_recordings": _first_rejected(corpus)})
        return
    from unheard.cli.corpus_view import description_view, rejected_view

    show(description_view(description))
    if rejected_out:
        show(rejected_view(_first_rejected(corpus), description.rejected, rejected_out))
    show(f"Written: {out}")


@app.command()
def describe(
    source: Annotated[
        Path,
        typer.Argument(metavar="CORPUS", help="A stored corpus, a folder or a table.", show_default=False),
    ],
    layout: Layout = None,
    column: Columns = None,
    max_rejected: MaxRejected = 0.05,
    json: Json = False,
) -> None:
    """Say what is in a corpus: words, speakers, devices, lengths, rates, parts, noise.

    Example: unheard corpus describe recordings/

    Example: unheard corpus describe corpus.parquet --json
    """
    from unheard.corpus.describe import describe as describe_corpus

    corpus = _load(source, layout, column, max_rejected)
    description = describe_corpus(corpus)
    if json:
        print_json(description.to_dict())
        return
    from unheard.cli.corpus_view import description_view, rejected_view

    show(description_view(description))
    if description.rejected:
        show(rejected_view(_first_rejected(corpus), description.rejected, None))


app.command("split")(split)
app.command("voices")(voices)


def _load(source: Path, layout: str | None, column: list[str] | None, max_rejected: float) -> Corpus:
    """The corpus of a folder or file, with a progress bar while headers are read."""
    from unheard.corpus.importing import load_corpus

    columns = _column_mapping(column or [])
    with progress_bar("read headers") as on_progress:
        return load_corpus(
            source,
            layout=layout,
            columns=columns,
            max_rejected_share=max_rejected,
            on_progress=on_progress,
        )


def _column_mapping(pairs: list[str]) -> Mapping[str, str]:
    """Ours -> theirs, from "ours=theirs"."""
    split = [pair.partition("=") for pair in pairs]
    for ours, _, theirs in split:
        if not (ours and theirs):
            raise UsageError(f"--column takes OURS=THEIRS, e.g. speaker=Client, not '{ours or theirs}'.")
    return {ours.strip(): theirs.strip() for ours, _, theirs in split}


def _first_rejected(corpus: Corpus) -> list[dict[str, Any]]:
    return corpus.rejected.head(10).to_dicts()
