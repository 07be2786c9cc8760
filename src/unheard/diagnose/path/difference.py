"""Where two ways from the same recording to a model part, stage by stage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

# In the order in which a path goes through them; `recording` and `rest` are what no stage explains.
STAGES = (
    "recording",  # not the same sound at all
    "sample-rate",
    "channels",
    "length",  # delay, cut start, padding
    "scaling",  # int16 against float, polarity
    "normalisation",  # gain, peak, offset (DC), gain that changes over time
    "resampler",  # band edges, response, part of a sample
    "quantisation",  # clipping, bits, overflow
    "window",  # which part of a long recording is taken
    "feature",
    "rest",
)


@dataclass(frozen=True)
class Step:
    """One thing in which the other path differs from the reference, with its size."""

    stage: str  # one of STAGES
    kind: str  # "delay", "int16", "left-only"
    size: float
    unit: str  # of size: "samples", "times", "dB", "Hz", "bits", "%"
    message: str  # a sentence about the other path, seen from the reference


@dataclass(frozen=True)
class PathDifference:
    """What differs, in the order of the stages; nothing where the two agree but for rounding to 16 bits.

    `snr_db`: signal over what is left between the two, as they came and with all that was found undone; null
    where they agree to the last bit.
    """

    steps: tuple[Step, ...]
    snr_before_db: float | None = None
    snr_after_db: float | None = None

    @property
    def first(self) -> Step | None:
        """The first stage at which the paths part."""
        return self.steps[0] if self.steps else None

    @property
    def message(self) -> str:
        """One sentence."""
        if self.first is None:
            return "Both paths give the same."
        more = len(self.steps) - 1
        after = f" After it, {more} more {'stages differ' if more > 1 else 'stage differs'}." if more else ""
        return f"The paths part at the stage {self.first.stage}: {self.first.message}{after}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self) | {"message": self.message}


def in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Steps sorted by stage."""
    return tuple(sorted(steps, key=lambda step: STAGES.index(step.stage)))
