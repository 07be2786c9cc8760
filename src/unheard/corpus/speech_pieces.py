"""Recordings of people talking, cut into windows: speech that is no command, whatever it says."""

from __future__ import annotations

import numpy as np
import polars as pl

from unheard.corpus.labelled import LabelledClips
from unheard.corpus.table import Corpus
from unheard.units import db_to_amplitude

HOP_SHARE = 0.5  # of a window, from one piece to the next
MAX_PIECES = 10_000  # 320 MB at 16 kHz; of more, evenly chosen
QUIETEST_DB = -15.0  # below the loudest piece of its recording, a piece is a pause
LABEL = "other speech"


def speech_pieces(corpus: Corpus, window_s: float) -> Corpus | None:
    """Windows of every recording with the role `speech` as utterances, half overlapping; None without any.

    A recording shorter than a window is one piece; there are `MAX_PIECES` at most. Which of them are pauses
    is seen once they are decoded (`loud_enough`).
    """
    recordings = corpus.speech
    if recordings.height == 0:
        return None
    last_s = pl.max_horizontal(pl.col("duration_s") - window_s, 0.0)
    hops = pl.int_ranges(0, (last_s / (HOP_SHARE * window_s)).floor().cast(pl.Int64) + 1)
    pieces = recordings.with_columns(hops.alias("_hop")).explode("_hop")
    pieces = pieces.gather_every(-(-pieces.height // MAX_PIECES))
    begin_s = pl.col("_hop") * (HOP_SHARE * window_s)
    frame = pieces.with_columns(
        pl.format("{}#{}", "id", begin_s.round(3)).alias("id"),
        (pl.col("start_s") + begin_s).alias("start_s"),
        pl.min_horizontal(pl.col("duration_s"), pl.lit(window_s)).alias("duration_s"),
        pl.col("id").alias("session"),
        role=pl.lit("utterance"),
        label=pl.lit(LABEL),
        speaker=pl.lit(None, pl.String),
        split=pl.lit(None, pl.String),
    )
    return Corpus(frame.drop("_hop"), layout=LABEL)


def loud_enough(pieces: LabelledClips) -> LabelledClips:
    """The pieces within 15 dB of the loudest of their recording: in the others nobody talks."""
    level = np.sqrt([np.mean(np.square(clip, dtype=np.float32)) for clip in pieces.samples])
    frame = pl.DataFrame({"group": pieces.groups, "level": level})
    loud = frame.select(pl.col("level") >= pl.col("level").max().over("group") * db_to_amplitude(QUIETEST_DB))
    return pieces.take(np.flatnonzero(loud.to_series().to_numpy() & (level > 0)))
