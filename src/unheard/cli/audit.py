"""`unheard audit CORPUS`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unheard.cli.output import OnProgress, print_json, progress_bar, say, show
from unheard.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from unheard.audit.audit import AuditOptions
    from unheard.audit.decisions import Decisions
    from unheard.audit.repair import Repair
    from unheard.audit.result import Audit
    from unheard.corpus.table import Corpus

app = typer.Typer(add_completion=False)


@app.command()
def audit(
    source: Annotated[
        Path | None,
        typer.Argument(metavar="CORPUS", help="A stored corpus, a folder or a table.", show_default=False),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for audit.json and audit.html.")] = Path(
        "audit"
    ),
    quick: Annotated[
        bool, typer.Option("--quick", help="Only checks that take seconds; `unheard train` runs these.")
    ] = False,
    check: Annotated[
        list[str] | None, typer.Option(help="Run this check only; may be given again. Names: --list.")
    ] = None,
    skip: Annotated[list[str] | None, typer.Option(help="Leave this check out; may be given again.")] = None,
    voices: Annotated[
        bool,
        typer.Option("--voices", help="Also compare voices. Voiceprints are kept in memory only."),
    ] = False,
    quality: Annotated[
        bool, typer.Option("--quality", help="Also rate perceptual quality (0.6 s a recording).")
    ] = False,
    target: Annotated[
        Path | None, typer.Option(help="target.toml: where the model will be used; what of it is missing?")
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(help="Judge this split instead of the one in the corpus: auto, group, leaky, ..."),
    ] = None,
    fix: Annotated[
        Path | None,
        typer.Option(help="Write a repaired corpus: .parquet, .jsonl or .csv. Recordings stay as they are."),
    ] = None,
    decisions: Annotated[
        list[Path] | None, typer.Option(help="For --fix: decisions.json of a review; may be given again.")
    ] = None,
    review: Annotated[
        bool, typer.Option("--review", help="Also write review.html: listen, then keep, drop or relabel.")
    ] = False,
    review_clips: Annotated[int, typer.Option(min=1, help="Clips on that page.")] = 200,
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0: one a core.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Decides all chance: folds, permutations.")] = 0,
    layout: Annotated[str | None, typer.Option(help="Layout, if it is not to be recognised.")] = None,
    max_rejected: Annotated[
        float, typer.Option(help="Largest share of recordings that may be undecodable.")
    ] = 0.5,
    list_checks: Annotated[bool, typer.Option("--list", help="List all checks and stop.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON document instead of tables.")] = False,
) -> None:
    """What is wrong with the recordings, the labels and the splits, before anyone trains on them.

    Ends with code 1 when something would make training or its test misleading, or a check broke down.

    Example: unheard audit recordings/ --out audit/

    Example: unheard audit recordings/ --review, then
    unheard audit recordings/ --fix clean.parquet --decisions decisions.json
    """
    from unheard.audit.audit import AuditOptions
    from unheard.audit.target import load_target

    if list_checks:
        _list(json)
        return
    if source is None:
        raise UsageError("Give a folder of recordings or a corpus file, or --list.")
    if decisions and fix is None:
        raise UsageError("--decisions are carried out by --fix OUT. Give --fix too.")
    options = AuditOptions(
        only=tuple(check or ()),
        also=(("voices",) if voices else ()) + (("quality",) if quality else ()),
        skip=tuple(skip or ()),
        quick=quick,
        target=load_target(target) if target else None,
        seed=seed,
        num_workers=workers or None,
    )
    _require_writable(source, out, fix)
    with progress_bar("read headers") as on_progress:
        corpus = _load(source, layout, split, max_rejected, on_progress)
    decided = _decisions(decisions or [], corpus)  # before hours of work
    found = _audit(corpus, source, options)
    written = _write(found, corpus, out, review_clips if review else 0)
    repair = _fix(found, corpus, fix, decided, written) if fix else None
    if json:
        print_json(_document(found, repair, written))
    else:
        _show(found, repair, written)
    if found.blocking or found.broken:
        raise typer.Exit(1)


def _list(as_json: bool) -> None:
    """All checks: name, topic, when they run, what they find."""
    from rich.table import Table

    from unheard.audit.catalog import all_checks

    rows = [
        {
            "check": check.name,
            "topic": check.topic,
            "runs": "when asked for" if check.opt_in else "always" if check.quick else "unless --quick",
            "finds": check.summary,
        }
        for check in all_checks().values()
    ]
    if as_json:
        print_json({"checks": rows})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in rows[0]:
        table.add_column(name, no_wrap=name == "check")
    for row in rows:
        table.add_row(*row.values())
    show(table)


def _require_writable(source: Path, out: Path, fix: Path | None) -> None:
    """Raise before hours of work for what could not be written after them."""
    from unheard.corpus.storage import require_suffix

    if out.exists() and not out.is_dir():
        raise UsageError(f"'{out}' is a file, and an audit is a folder. Choose another --out.")
    if fix is not None:
        require_suffix(fix)
        if fix.resolve() == source.resolve():
            raise UsageError(f"--fix {fix} would replace the corpus that is audited. Choose another name.")


def _load(
    source: Path, layout: str | None, split: str | None, max_rejected: float, on_progress: OnProgress
) -> Corpus:
    from unheard.corpus.importing import load_corpus
    from unheard.corpus.split import SplitOptions, split_corpus

    corpus = load_corpus(source, layout=layout, max_rejected_share=max_rejected, on_progress=on_progress)
    if split is None:
        return corpus
    return split_corpus(corpus, SplitOptions(method=split)).corpus  # type: ignore[arg-type]


def _audit(corpus: Corpus, source: Path, options: AuditOptions) -> Audit:
    from unheard.audit.audit import audit_corpus

    with progress_bar("audit") as advance:
        return audit_corpus(corpus, source.resolve().name, options, say, advance)


def _decisions(paths: list[Path], corpus: Corpus) -> Decisions:
    from unheard.audit.decisions import read_decisions

    return read_decisions(paths, corpus)


def _write(audit: Audit, corpus: Corpus, out: Path, review_clips: int) -> dict[str, Path]:
    """Write the numbers, the report and, if wanted, the review page; where each lies."""
    from unheard.audit.review import choose_items
    from unheard.files import write_json
    from unheard.report.audit_report import write_audit_report
    from unheard.report.review_page import write_review_page

    out.mkdir(parents=True, exist_ok=True)
    written = {"findings": out / "audit.json", "report": out / "audit.html"}
    write_json(written["findings"], audit.to_dict())
    read = _reader(corpus)
    write_audit_report(written["report"], audit, read)
    if review_clips:
        written["review"] = out / "review.html"
        chosen = choose_items(audit.findings, corpus.utterances, review_clips)
        write_review_page(written["review"], chosen, read, corpus.labels, audit.corpus_name)
    return written


def _reader(corpus: Corpus) -> Callable[[str], tuple[NDArray[np.float32], int] | None]:
    """Samples and sample rate of an utterance by its id; null for one that cannot be read."""
    from unheard.errors import AudioError
    from unheard.signal.audio_file import read_audio

    spans = zip(corpus.sources(), corpus.frame["start_s"], corpus.frame["duration_s"], strict=True)
    span_of = dict(zip(corpus.frame["id"], spans, strict=True))

    def read(utterance: str) -> tuple[NDArray[np.float32], int] | None:
        source, start_s, duration_s = span_of[utterance]
        try:
            return read_audio(source, start_s=start_s, duration_s=duration_s)
        except AudioError:
            return None

    return read


def _fix(audit: Audit, corpus: Corpus, out: Path, decided: Decisions, written: dict[str, Path]) -> Repair:
    """Write the repaired corpus, its changes and what is left to judge; adds to `written` where each lies."""
    from unheard.audit.repair import repair_corpus, write_repair

    repair = repair_corpus(corpus, audit.findings, decided)
    written |= write_repair(repair, out)
    return repair


def _document(audit: Audit, repair: Repair | None, written: dict[str, Path]) -> dict[str, Any]:
    document = audit.to_dict() | {"written": {name: str(path) for name, path in written.items()}}
    if repair is not None:
        counts = {"for_review": len(repair.for_review), "notes": list(repair.notes)}
        document["repair"] = repair.counts | counts
    return document


def _show(audit: Audit, repair: Repair | None, written: dict[str, Path]) -> None:
    from unheard.report.audit_terminal import audit_view

    show(audit_view(audit))
    if repair is not None:
        done = ", ".join(f"{count:,} {kind}" for kind, count in repair.counts.items() if count)
        print(
            f"repaired: {done or 'nothing to change'}; left for review: {len(repair.for_review):,} findings"
        )
        for note in repair.notes:
            print(f"repair: {note}")
    for name, path in written.items():
        print(f"{name:10} {path}")
