"""What a model answered for every clip of a test set: the only input of this room.

On disk it is one Parquet table that explains itself: columns `id`, `speaker`, `truth` (a label) and one float
column `logit:LABEL` a class, in the order of the classes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import log_softmax

from unheard.errors import CorpusError
from unheard.files import replacing

_LOGIT = "logit:"


@dataclass(frozen=True)
class Predictions:
    """Logits, truth and speaker of every clip.

    ids: n unique clip names; labels: class names in the order of the logits; truth: `(n,)` int64, index into
    `labels`; logits: `(n, classes)` float32, finite; groups: n names, the speaker of a clip or what stands in
    for it (session, content group). Raises CorpusError where these disagree.
    """

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    truth: NDArray[np.int64]
    logits: NDArray[np.float32]
    groups: tuple[str, ...]

    def __post_init__(self) -> None:
        _check_shapes(self)
        _check_unique("Clip", self.ids)
        _check_unique("Label", self.labels)
        _check_values(self)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def _sorted_speakers(self) -> tuple[NDArray[np.str_], NDArray[np.int64]]:
        speakers, index = np.unique(np.asarray(self.groups, dtype=np.str_), return_inverse=True)
        return speakers, index.astype(np.int64)

    @property
    def speakers(self) -> tuple[str, ...]:
        """Speakers, sorted, each once."""
        return tuple(self._sorted_speakers[0].tolist())

    @property
    def speaker_index(self) -> NDArray[np.int64]:
        """`(n,)`: position in `speakers` of each clip's speaker."""
        return self._sorted_speakers[1]

    @property
    def predicted(self) -> NDArray[np.int64]:
        """`(n,)`: class with the highest logit."""
        return np.asarray(self.logits.argmax(axis=1), dtype=np.int64)

    def log_scores(self, temperature: float = 1.0) -> NDArray[np.float64]:
        """`(n, classes)`: natural logarithm of the softmax of `logits / temperature`."""
        scores: NDArray[np.float64] = log_softmax(self.logits.astype(np.float64) / temperature, axis=1)
        return scores

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> Predictions:
        """The given clips in the given order."""
        rows = np.asarray(rows, dtype=np.int64)
        ids, groups = tuple(self.ids[i] for i in rows), tuple(self.groups[i] for i in rows)
        return Predictions(ids, self.labels, self.truth[rows], self.logits[rows], groups)

    def save(self, path: Path) -> None:
        """Write the Parquet table; the file is whole or absent."""
        columns = {"id": self.ids, "speaker": self.groups, "truth": [self.labels[i] for i in self.truth]}
        logits = {_LOGIT + label: self.logits[:, i] for i, label in enumerate(self.labels)}
        with replacing(path) as partial:
            pl.DataFrame({**columns, **logits}).write_parquet(partial)

    @classmethod
    def load(cls, path: Path) -> Predictions:
        """Read what `save` wrote; raises CorpusError for any other table."""
        try:
            frame = pl.read_parquet(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise CorpusError(f"Predictions '{path}' cannot be read as Parquet: {error}") from error
        labels = tuple(name.removeprefix(_LOGIT) for name in frame.columns if name.startswith(_LOGIT))
        missing = [name for name in ("id", "speaker", "truth") if name not in frame.columns]
        if missing or not labels:
            raise CorpusError(
                f"'{path}' is no table of predictions: it has the columns {', '.join(frame.columns)}; "
                f"'id', 'speaker', 'truth' and one '{_LOGIT}LABEL' a class are needed."
            )
        logits = frame.select(_LOGIT + label for label in labels).to_numpy().astype(np.float32)
        truth = _indices(frame["truth"].to_list(), labels)
        return cls(tuple(frame["id"]), labels, truth, logits, tuple(frame["speaker"]))


def _indices(names: Sequence[str], labels: tuple[str, ...]) -> NDArray[np.int64]:
    position = {label: i for i, label in enumerate(labels)}
    unknown = sorted(set(names) - set(labels))
    if unknown:
        raise CorpusError(
            f"Predictions name the true label '{unknown[0]}', but have logits only for {', '.join(labels)}."
        )
    return np.array([position[name] for name in names], dtype=np.int64)


def _check_shapes(predictions: Predictions) -> None:
    num_clips, num_classes = len(predictions.ids), len(predictions.labels)
    if num_clips == 0:
        raise CorpusError("Predictions have no clips; at least one clip is needed to evaluate a model.")
    if predictions.logits.shape != (num_clips, num_classes):
        raise CorpusError(
            f"Predictions: logits have the shape {predictions.logits.shape}; {num_clips} clips and "
            f"{num_classes} labels need ({num_clips}, {num_classes})."
        )
    if predictions.truth.shape != (num_clips,):
        raise CorpusError(
            f"Predictions: truth has the shape {predictions.truth.shape}; "
            f"{num_clips} clips need ({num_clips},)."
        )
    if len(predictions.groups) != num_clips:
        raise CorpusError(
            f"Predictions: {len(predictions.groups)} groups for {num_clips} clips; give each clip one."
        )


def _check_unique(kind: str, names: tuple[str, ...]) -> None:
    name, count = Counter(names).most_common(1)[0]
    if count > 1:
        raise CorpusError(f"{kind} '{name}' occurs {count} times in the predictions; each may occur once.")


def _check_values(predictions: Predictions) -> None:
    lowest, highest = int(predictions.truth.min()), int(predictions.truth.max())
    if lowest < 0 or highest >= len(predictions.labels):
        raise CorpusError(
            f"Predictions: truth lies in {lowest}..{highest}; "
            f"{len(predictions.labels)} labels allow 0..{len(predictions.labels) - 1}."
        )
    bad = np.flatnonzero(~np.isfinite(predictions.logits).all(axis=1))
    if len(bad):
        raise CorpusError(
            f"Predictions: logits of {len(bad)} of {len(predictions)} clips are NaN or infinite, the first is"
            f" '{predictions.ids[bad[0]]}'; the model or its input is broken."
        )
