"""What a model could know a recording by without hearing what is said: columns, family by family."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.audit.recognition import Features

# numbers that are names: 44100 is no more than 16000, but another device
_NAMES = {"sample_rate", "num_channels", "upsampled_from_hz"}
_MOST_NAMES = 10  # of a column; the others are one
_TAIL = 0.005  # what lies beyond on either side counts as lying there


@dataclass(frozen=True)
class Family:
    """Columns that describe one thing; `name` as in "told from its background noise"."""

    name: str
    columns: tuple[str, ...]


BACKGROUND = Family("background noise", ("background_bands_db", "background_dbfs"))
QUIETEST = Family("quietest moments", ("quietest_bands_db",))
FILE = Family("file", ("sample_rate", "num_channels", "format", "subtype", "upsampled_from_hz", "dc_offset"))
DEVICE = Family("device", ("device",))
EDGES = Family("length and edges", ("decoded_s", "leading_silence_s", "trailing_silence_s", "zero_share"))
LEVEL = Family("level", ("level_dbfs",))
SPEECH = Family("speech spectrum", ("speech_bands_db",))


def features_of(frame: pl.DataFrame, columns: tuple[str, ...]) -> tuple[NDArray[np.bool_], Features] | None:
    """Which rows `(num_rows,)` can be told, and the features of these `(their number, num_features)`.

    Rows without a spectrum cannot; other missing numbers are the median. None where no column is there that
    varies.
    """
    there = [frame[name] for name in columns if name in frame.columns]
    known = np.ones(frame.height, bool)
    for column in there:
        if column.dtype == pl.List:
            known &= column.is_not_null().to_numpy()
    blocks = [_block(column.filter(pl.Series(known))) for column in there] if known.any() else []
    varying = [block[:, block.std(axis=0) > 1e-6] for block in blocks]
    if not sum(block.shape[1] for block in varying):
        return None
    return known, np.concatenate(varying, axis=1)


def _block(column: pl.Series) -> Features:
    """One column as features `(num_rows, num_features)`."""
    if column.dtype == pl.List:
        return np.asarray(column.list.to_array(len(column[0])).to_numpy(), np.float32)
    if column.dtype == pl.String or column.name in _NAMES:
        return _one_hot(column.cast(pl.String).fill_null(""))
    numbers = column.cast(pl.Float64).to_numpy()
    if np.isnan(numbers).all():
        return np.zeros((len(column), 1), np.float32)
    low, middle, high = np.nanquantile(numbers, [_TAIL, 0.5, 1 - _TAIL])
    filled = np.where(np.isnan(numbers), middle, numbers.clip(low, high))
    return np.asarray((filled - filled.mean()) / (filled.std() or 1.0), np.float32)[:, None]


def _one_hot(values: pl.Series) -> Features:
    common = values.value_counts(sort=True).head(_MOST_NAMES)[values.name]
    return np.stack([(values == name).to_numpy() for name in common], axis=1).astype(np.float32)
