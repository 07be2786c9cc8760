"""How often the diagnosis names a cause that was planted in the live clips, and prices it right.

Live sets are made from speakers that the models never heard, by plants that share no code with the diagnosis
(`diagnose_causes/plants.py`). A true price is what the same clips lose with the plant.

Faults in the training (wrong labels, a leaked split, a shortcut) are planted in small models, and their place
among all causes of a whole diagnosis is counted (`diagnose_causes/whole.py`).

Run: python benchmarks/diagnose_planted.py ../shared/data runs/robust runs/tutorial --kind single --seeds 3
     python benchmarks/diagnose_planted.py ../shared/data --kind training --trained runs/planted
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, TypeVar

import numpy as np
import typer
from diagnose_causes.live import KINDS, Row, rows
from diagnose_causes.plants import Case
from diagnose_causes.whole import WholeRow, whole_rows

from unheard.files import write_text

CLOSE_POINTS = 3.0
AnyRow = TypeVar("AnyRow", Row, WholeRow)
TRAINING = "training"
LEAST_POINTS = 3.0  # a plant that takes less than this from a model is no cause to be found
HEADER = (
    "| planted | live sets | first, or both in the top three | median error | within 3 points | "
    "on the same clips | alarms |\n|---|---:|---:|---:|---:|---:|---:|\n"
)
WHOLE_HEADER = (
    "| planted | true points | attributed | place among the blamed | others blamed |\n"
    "|---|---:|---:|---:|---|\n"
)


def run(
    data: Annotated[Path, typer.Argument(help="The folder of real recordings.")],
    runs: Annotated[
        list[Path] | None, typer.Argument(help="Finished runs of one corpus with one split.")
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="nothing, single, pairs, training; all by default.")
    ] = None,
    trained: Annotated[
        Path | None, typer.Option(help="Folder of the models with a fault, which are trained once.")
    ] = None,
    seeds: Annotated[int, typer.Option(help="How many divisions of the speakers.")] = 2,
    first_seed: Annotated[int, typer.Option(help="The first of them.")] = 100,
    json_out: Annotated[Path | None, typer.Option("--json", help="Keep the rows in this file.")] = None,
) -> None:
    """Plant, diagnose, count; print the table."""
    kinds = [name for name in kind or (*KINDS, TRAINING) if name != TRAINING]
    if runs and kinds:
        found = _kept(
            rows(data, runs, _cases(kinds), range(first_seed, first_seed + seeds)), _line_of, json_out
        )
        print(HEADER + "".join(_table_line(case.name, found) for case in _cases(kinds)), end="")
        for name in kinds:
            print(_table_line(f"**all of {name}**", found, {case.name for case in KINDS[name]}), end="")
    if trained and TRAINING in (kind or (TRAINING,)):
        out = json_out and json_out.with_stem(f"{json_out.stem}_{TRAINING}")
        print(
            WHOLE_HEADER + "".join(map(_whole_line, _kept(whole_rows(data, trained), _whole_line, out))),
            end="",
        )


def _cases(kinds: Sequence[str]) -> list[Case]:
    return [case for name in kinds for case in KINDS[name]]


def _kept(found: Iterable[AnyRow], told: Callable[[AnyRow], str], out: Path | None) -> list[AnyRow]:
    """All rows, each told and written down as soon as it is there."""
    rows_so_far: list[AnyRow] = []
    for row in found:
        rows_so_far.append(row)
        print(told(row).rstrip(), file=sys.stderr, flush=True)
        if out:
            write_text(out, json.dumps([asdict(one) for one in rows_so_far], indent=1) + "\n")
    return rows_so_far


def _whole_line(row: WholeRow) -> str:
    others = ", ".join(f"{name} {points:.1f}" for name, _, points in row.blamed if name != row.cause)
    place = "" if row.cause is None else f"{row.place} of {len(row.blamed)}" if row.place else "not blamed"
    told = f"{row.attributed:.1f}" if row.cause else ""
    return f"| {row.case}, seed {row.seed} | {row.true:.1f} | {told} | {place} | {others} |\n"


def _line_of(row: Row) -> str:
    prices = ", ".join(
        f"{cause} {told:.1f} (true {true:.1f}, on test {same:.1f})"
        for cause, told, true, same in zip(
            row.causes, row.attributed, row.true, row.true_on_test, strict=True
        )
    )
    return f"{row.seed} {row.model:12s} {row.case:32s} blamed {list(row.blamed)}; {prices}"


def _table_line(name: str, found: Sequence[Row], cases: set[str] | None = None) -> str:
    """Plants that take less than 3 points from a model are priced, but need not be blamed."""
    own = [row for row in found if row.case in (cases or {name})]
    heavy = [row for row in own if row.causes and max(row.true) >= LEAST_POINTS]
    hits = [_is_found(row) for row in heavy]
    errors = np.array([abs(a - b) for row in own for a, b in zip(row.attributed, row.true, strict=True)])
    same = np.array(
        [abs(a - b) for row in own for a, b in zip(row.attributed, row.true_on_test, strict=True)]
    )
    alarms = sum(len(set(row.blamed) - set(row.causes)) > 0 for row in own)
    told = f"{np.mean(hits):.0%} of {len(hits)}" if hits else ""
    prices = (
        f"{np.median(errors):.1f} | {np.mean(errors <= CLOSE_POINTS):.0%} | "
        f"{np.median(same):.1f}, {np.mean(same <= CLOSE_POINTS):.0%} within 3"
        if len(errors)
        else " | | "
    )
    return f"| {name} | {len(own)} | {told} | {prices} | {alarms} of {len(own)} |\n"


def _is_found(row: Row) -> bool:
    """One plant first among the blamed; of two, those that take 3 points or more among the first three."""
    if len(row.causes) == 1:
        return row.blamed[:1] == row.causes
    heavy = {cause for cause, true in zip(row.causes, row.true, strict=True) if true >= LEAST_POINTS}
    return heavy <= set(row.blamed[:3])


if __name__ == "__main__":
    typer.run(run)
