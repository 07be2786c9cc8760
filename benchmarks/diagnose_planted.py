"""How often the diagnosis names a cause that was planted in the live clips, and prices it right.

Live sets are made from speakers that the models never heard, by plants that share no code with the diagnosis
(`diagnose_causes/plants.py`). A true price is what the same clips lose with the plant.

Run: python benchmarks/diagnose_planted.py ../shared/data runs/robust runs/tutorial --kind single --seeds 3
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from diagnose_causes.live import KINDS, Row, rows

from unheard.files import write_text

CLOSE_POINTS = 3.0
LEAST_POINTS = 3.0  # a plant that takes less than this from a model is no cause to be found
HEADER = (
    "| planted | live sets | first, or both in the top three | median error | within 3 points | "
    "on the same clips | alarms |\n|---|---:|---:|---:|---:|---:|---:|\n"
)


def run(
    data: Annotated[Path, typer.Argument(help="The folder of real recordings.")],
    runs: Annotated[list[Path], typer.Argument(help="Finished runs of one corpus with one split.")],
    kind: Annotated[list[str] | None, typer.Option(help="nothing, single, pairs; all by default.")] = None,
    seeds: Annotated[int, typer.Option(help="How many divisions of the speakers.")] = 2,
    first_seed: Annotated[int, typer.Option(help="The first of them.")] = 100,
    json_out: Annotated[Path | None, typer.Option("--json", help="Keep the rows in this file.")] = None,
) -> None:
    """Plant, diagnose, count; print the table."""
    chosen = [case for name in kind or KINDS for case in KINDS[name]]
    found: list[Row] = []
    for row in rows(data, runs, chosen, range(first_seed, first_seed + seeds)):
        found.append(row)
        print(_line_of(row), file=sys.stderr, flush=True)
        if json_out:
            write_text(json_out, json.dumps([asdict(one) for one in found], indent=1) + "\n")
    print(HEADER + "".join(_table_line(case.name, found) for case in chosen), end="")
    for name in kind or KINDS:
        print(_table_line(f"**all of {name}**", found, {case.name for case in KINDS[name]}), end="")


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
