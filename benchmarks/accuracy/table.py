"""The document as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from accuracy.measuring import CLEAN_KNOWN, MEAN_OF_ALL, MEAN_OF_SIX, SIX_KNOWN

from unheard.augment.conditions import CLEAN

UNHEARD = "unheard words"
Json = Mapping[str, Any]


def markdown(document: Json) -> str:
    """Costs and means, every condition, words taken for commands, and differences from each reference."""
    rows, test = document["rows"], document["test"]
    return (
        "\n".join(
            [
                _tested(test),
                _table(_HEAD, [_main(row) for row in rows]),
                "\nEvery condition, unheard words included but in the last two columns:\n",
                _table(["", *_conditions(test)], [_by_condition(row, _conditions(test)) for row in rows]),
                "\nTaken for a command, in percent (lower is better):\n",
                _table(
                    ["", *rows[0]["false_accepts"]],
                    [[row["name"], *map(_share, row["false_accepts"].values())] for row in rows],
                ),
                *(line for name in document["references"] for line in _differences(rows, name)),
            ]
        )
        + "\n"
    )


def _tested(test: Json) -> str:
    words = ", ".join(f"{name} {count}" for name, count in test["unheard_words"].items() if name != UNHEARD)
    return (
        f"{test['clips']} clips of {test['groups']} groups (speakers; a background recording is one, and so "
        f"is a clip that names no speaker): {test['own_clips']} of the corpus, the others unheard words "
        f"({words}), which together weigh as much as the average command. ECE and log loss (in nats) are "
        f"those of the corpus's clean clips. Noise: {', '.join(test['noise_kinds'])}. Percent, with 95 % "
        "intervals over speakers; a clip's seeds are averaged first.\n"
    )


_HEAD = (
    "",
    "seeds",
    CLEAN,
    MEAN_OF_SIX,
    MEAN_OF_ALL,
    "unheard words taken for a command",
    "ECE",
    "log loss",
    "parameters",
    "multiplies",
    "ms per s",
    "bundle KiB",
    "training min",
    "min to the tutorial's validation accuracy",
)


def _main(row: Json) -> list[str]:
    accuracy, calibration = row["accuracy"], row["calibration"]
    return [
        row["name"],
        str(len(row["seeds"])),
        *(_share(accuracy[name]) for name in (CLEAN, MEAN_OF_SIX, MEAN_OF_ALL)),
        _share(row["false_accepts"][UNHEARD]),
        f"{100 * calibration[f'ece, {CLEAN}']:.1f}",
        f"{calibration[f'log_loss, {CLEAN}']:.2f}",
        f"{row['num_parameters']:,}",
        f"{row['num_multiplies'] / 1e6:.1f} M",
        f"{row['ms_per_s']:.2f}",
        f"{row['bundle_kib']:,.0f}",
        f"{row['training_min']:.0f}",
        "" if row["min_to_tutorial"] is None else f"{row['min_to_tutorial']:.1f}",
    ]


def _conditions(test: Json) -> list[str]:
    return [*test["conditions"], CLEAN_KNOWN, SIX_KNOWN]


def _by_condition(row: Json, names: Iterable[str]) -> list[str]:
    return [row["name"], *(f"{100 * row['accuracy'][name]['value']:.1f}" for name in names)]


def _differences(rows: Iterable[Json], reference: str) -> list[str]:
    gaps = {row["name"]: row["minus"][reference] for row in rows if reference in row["minus"]}
    if not gaps:
        return []
    lines = [
        [
            name,
            *(_gap(gap["accuracy"][column]) for column in (CLEAN, MEAN_OF_SIX, MEAN_OF_ALL)),
            _gap(gap["false_accepts"][UNHEARD]),
        ]
        for name, gap in gaps.items()
    ]
    return [
        f"\nEach minus {reference} on the same clips, in percentage points, with 95 % intervals "
        "over speakers; p of speakers that change sides, not corrected for the number of rows:\n",
        _table(["", CLEAN, MEAN_OF_SIX, MEAN_OF_ALL, "unheard words taken for a command"], lines),
    ]


def _share(number: Json) -> str:
    """ "91.3 (89.9 to 92.5)"."""
    return _numbers(number, "")


def _gap(number: Json) -> str:
    """ "+3.6 (+0.2 to +6.6), p = 0.059"."""
    return f"{_numbers(number, '+')}, p = {number['p_value']:.2g}"


def _numbers(number: Json, sign: str) -> str:
    value, low, high = (
        None if number[end] is None else f"{100 * number[end]:{sign}.1f}" for end in ("value", "low", "high")
    )
    return f"{value}" if low is None or high is None else f"{value} ({low} to {high})"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
