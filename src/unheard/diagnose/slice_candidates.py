"""Which slices are looked at: values of metadata, words, ends and fifths of what was measured, and pairs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.diagnose.experiment import Part
from unheard.signal.background import NUM_BANDS

TAILS = (0.1, 0.2, 0.33)  # of the clips, at either end
FIFTHS = (0.2, 0.4, 0.6, 0.8)
MAX_VALUES = 20  # of a metadata column
MIN_CLIPS_ANYWHERE = 40  # both halves need 20
_NO_METADATA = {
    *("id", "path", "start_s", "label", "text", "speaker", "session", "split", "role", "audio", "failed"),
    *("num_gaps", "num_stutters", "longest_clipped_run_samples"),  # counts of what other columns measure
}


@dataclass(frozen=True)
class Descriptor:
    """A measured column. `low_augment`, `high_augment`: the transform that makes clips like those at an
    end."""

    column: str
    words: str
    unit: str
    low_augment: str = ""
    high_augment: str = ""


DESCRIPTORS = (
    Descriptor("snr_db", "speech over noise", "dB", low_augment="noise"),
    Descriptor("noise_dbfs", "noise floor", "dBFS", high_augment="noise"),
    Descriptor("level_dbfs", "level", "dBFS", low_augment="gain", high_augment="gain"),
    Descriptor("decay_s", "decay (reverberation)", "s", high_augment="rooms"),
    Descriptor("bandwidth_hz", "bandwidth", "Hz", low_augment="telephone"),
    Descriptor("treble_db", "upper over lower half of the speech spectrum", "dB", "microphone", "microphone"),
    Descriptor("clipped_share", "share of clipped samples", "", high_augment="clipping"),
    Descriptor("duration_s", "length", "s"),
    Descriptor("speech_s", "speech", "s", low_augment="speed", high_augment="speed"),
    Descriptor("leading_silence_s", "silence before the speech", "s", "time_shift", "time_shift"),
    Descriptor("trailing_silence_s", "silence after the speech", "s", "time_shift", "time_shift"),
    Descriptor("max_speech_score", "highest speech probability", ""),
    Descriptor("stand_out_db", "loudest part over the middle", "dB", low_augment="noise"),
    Descriptor("hum_db", "mains hum over its surroundings", "dB"),
    Descriptor("rumble_share", "share of power below 40 Hz", ""),
    Descriptor("zero_share", "share of digital zeros", ""),
    Descriptor("longest_gap_ms", "longest gap", "ms"),
)


@dataclass(frozen=True)
class Condition:
    """What the clips of a slice share: a value, or a number above `low` and up to `high`."""

    column: str
    words: str
    unit: str = ""
    value: str | None = None
    low: float | None = None
    high: float | None = None
    augment: str = ""

    @property
    def text(self) -> str:
        """ "speech over noise up to 8.2 dB", "device phone-b"."""
        unit = f" {self.unit}" if self.unit else ""
        if self.value is not None:
            return f"{self.words} {self.value}"
        if self.low is None:
            return f"{self.words} up to {self.high:g}{unit}"
        if self.high is None:
            return f"{self.words} above {self.low:g}{unit}"
        return f"{self.words} {self.low:g} to {self.high:g}{unit}"

    @property
    def settings(self) -> dict[str, str | float]:
        """For a plan: column and value, or the limits."""
        limits = {"value": self.value, "low": self.low, "high": self.high}
        return {"column": self.column, **{name: end for name, end in limits.items() if end is not None}}


@dataclass(frozen=True)
class Candidates:
    """Slices of n clips: `masks` `(n, slices)`, the conditions of each, and for a pair its two parents'
    columns `(slices, 2)`, else -1."""

    masks: NDArray[np.bool_]
    conditions: tuple[tuple[Condition, ...], ...]
    parents: NDArray[np.int64]

    @property
    def by_class(self) -> NDArray[np.bool_]:
        """`(slices,)`: all but those that are one word can be compared word by word."""
        return np.array([row[0].column != "class" or len(row) > 1 for row in self.conditions], np.bool_)

    def name(self, index: int) -> str:
        return " and ".join(condition.text for condition in self.conditions[index])


def candidates(part: Part, labels: Sequence[str]) -> Candidates:
    """All slices of a part with at least 40 clips in and beside them, and their pairs with as many."""
    frame = _with_treble(part.frame)
    rows = [*_words(part, labels), *_metadata(frame), *_measured(frame)]
    kept: dict[bytes, tuple[Condition, NDArray[np.bool_]]] = {}
    for condition, mask in rows:
        if MIN_CLIPS_ANYWHERE <= mask.sum() <= len(part) - MIN_CLIPS_ANYWHERE:
            kept.setdefault(np.packbits(mask).tobytes(), (condition, mask))
    single = list(kept.values())
    if not single:
        return Candidates(np.zeros((len(part), 0), np.bool_), (), np.zeros((0, 2), np.int64))
    conditions: list[tuple[Condition, ...]] = [(condition,) for condition, _ in single]
    masks = np.stack([mask for _, mask in single], axis=1)
    pairs = _pairs(masks, conditions)
    both = masks[:, pairs[:, 0]] & masks[:, pairs[:, 1]]
    conditions += [(*conditions[a], *conditions[b]) for a, b in pairs.tolist()]
    parents = np.concatenate([np.full((len(single), 2), -1), pairs])
    return Candidates(np.concatenate([masks, both], axis=1), tuple(conditions), parents)


def _pairs(masks: NDArray[np.bool_], conditions: Sequence[tuple[Condition, ...]]) -> NDArray[np.int64]:
    """`(pairs, 2)`: slices by different columns, without middles, that share at least 40 clips."""
    counts = masks.astype(np.float32)
    shared = counts.T @ counts
    ends = [row[0] for row in conditions]
    found = [
        (a, b)
        for a, b in itertools.combinations(range(len(ends)), 2)
        if shared[a, b] >= MIN_CLIPS_ANYWHERE
        and ends[a].column != ends[b].column
        and not any(end.low is not None and end.high is not None for end in (ends[a], ends[b]))
    ]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


Row = tuple[Condition, NDArray[np.bool_]]


def _words(part: Part, labels: Sequence[str]) -> Iterator[Row]:
    for index, label in enumerate(labels):
        yield Condition("class", "word", value=label), part.classes == index


def _metadata(frame: pl.DataFrame) -> Iterator[Row]:
    """Values of columns with 2 to 20 of them."""
    left_out = _NO_METADATA | {row.column for row in DESCRIPTORS}
    for name in frame.columns:
        column = frame[name]
        if name in left_out or column.dtype.is_nested() or column.dtype == pl.Binary:
            continue
        if 2 <= column.drop_nulls().n_unique() <= MAX_VALUES:
            texts = column.cast(pl.String)
            for value in texts.drop_nulls().unique().sort().to_list():
                yield Condition(name, name, value=value), (texts == value).fill_null(False).to_numpy()


def _measured(frame: pl.DataFrame) -> Iterator[Row]:
    for row in DESCRIPTORS:
        if row.column in frame.columns:
            values = frame[row.column].cast(pl.Float64).fill_null(np.nan).to_numpy()
            if np.isfinite(values).sum() >= 2 * MIN_CLIPS_ANYWHERE:
                yield from _ends_and_fifths(row, values)


def _ends_and_fifths(row: Descriptor, values: NDArray[np.float64]) -> Iterator[Row]:
    known = values[np.isfinite(values)]

    def cut(share: float) -> float:
        return float(f"{np.quantile(known, share):.3g}")

    for share in TAILS:
        high, low = cut(share), cut(1 - share)
        yield Condition(row.column, row.words, row.unit, high=high, augment=row.low_augment), values <= high
        yield Condition(row.column, row.words, row.unit, low=low, augment=row.high_augment), values > low
    for low, high in itertools.pairwise(map(cut, FIFTHS)):
        middle = (values > low) & (values <= high)
        yield Condition(row.column, row.words, row.unit, low=low, high=high), middle


def _with_treble(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with `treble_db`: mean level of the upper half of the bands of speech over the lower."""
    if "speech_bands_db" not in frame.columns:
        return frame
    half = NUM_BANDS // 2
    bands = pl.col("speech_bands_db").cast(pl.List(pl.Float64))
    upper, lower = bands.list.tail(half).list.mean(), bands.list.head(half).list.mean()
    return frame.with_columns(treble_db=upper - lower)
