"""What the curves of a training say: its best epoch, and whether it went on too long or not long enough."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

CURVE_COLUMNS = ("epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
OVERFITTED = 0.1  # share by which the last validation loss lies above the best
LAST_SHARE = 0.25  # of the epochs, whose slope says whether it is done
STILL_FALLING = 0.1  # share by which the validation loss would fall in as many epochs again
MIN_EPOCHS = 4


@dataclass(frozen=True)
class RunCurves:
    """`facts`: see `fit`; `remarks`: sentences on them."""

    facts: dict[str, Any]
    remarks: tuple[str, ...] = field(default=())


def read_run_curves(run: Path | None) -> RunCurves:
    """Curves of a run folder; nothing where it is not known or too short."""
    from unheard.train.curves import read_curves

    rows = [] if run is None else read_curves(run / "curves.csv")
    kept = [{name: row[name] for name in CURVE_COLUMNS if name in row} for row in rows]
    facts: dict[str, Any] = {
        "curves": kept,
        "best_epoch": None,
        "overfitted_loss": None,
        "still_falling": None,
    }
    if len(kept) < MIN_EPOCHS or any("validation_loss" not in row for row in kept):
        return RunCurves(facts)
    losses = np.array([row["validation_loss"] for row in kept])
    best, fall = int(losses.argmin()), _fall_ahead(losses)
    overfitted = float(losses[-1] / losses[best] - 1)
    facts |= {
        "best_epoch": int(kept[best]["epoch"]),
        "overfitted_loss": round(overfitted, 4),
        "still_falling": round(fall, 4),
    }
    said = f"its validation loss was lowest in epoch {best + 1} of {len(kept)} ({losses[best]:.3f})"
    if overfitted >= OVERFITTED:
        return RunCurves(
            facts,
            (
                f"The training went on too long: {said} and ended {100 * overfitted:.0f} % above. Keep the "
                "best epoch: --set training.keep=best.",
            ),
        )
    if fall >= STILL_FALLING:
        return RunCurves(
            facts,
            (
                f"The training was not done: {said}, and over its last quarter it fell by {100 * fall:.0f} % "
                f"for every {_last(losses)} epochs. Train longer: --set training.epochs={2 * len(kept)}.",
            ),
        )
    return RunCurves(facts)


def _last(losses: Any) -> int:
    return max(3, round(LAST_SHARE * len(losses)))


def _fall_ahead(losses: Any) -> float:
    """By which share a line through the last epochs falls over their length."""
    last = losses[-_last(losses) :]
    slope = np.polyfit(np.arange(len(last)), last, 1)[0]
    return float(-slope * (len(last) - 1) / last[0])
