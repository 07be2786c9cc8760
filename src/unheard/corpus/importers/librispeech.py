"""LibriSpeech (Panayotov et al. 2015, doi:10.1109/ICASSP.2015.7178964) and what is laid out like it.

`<speaker>/<chapter>/<speaker>-<chapter>-<utterance>.flac`; the chapter's folder may be missing. The
chapter is the session. Texts come from `*.trans.txt` where such files are. The official parts are named
by the folder above: `train-clean-100`, `dev-other`, `test-clean`.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from unheard.corpus.importers.layout import Layout, fits, parse_names, reject_unless
from unheard.corpus.scan import Listing

_NAME = (
    r"(?:^|/)(?:(?P<part>train|dev|test)-(?P<subset>[^/]+)/)?\d+/(?:\d+/)?"
    r"(?P<utterance>(?P<speaker>\d+)-(?P<session>\d+)-\d+)$"
)
_SHAPE = "<speaker>/<chapter>/<speaker>-<chapter>-<utterance>.flac"
_SPLITS = {"train": "train", "dev": "validation", "test": "test"}


def _read(listing: Listing, columns: Mapping[str, str]) -> pl.DataFrame:
    rows = parse_names(listing.recordings, _NAME)
    texts = _texts(listing)
    named = rows.with_columns(
        pl.col("part").replace_strict(_SPLITS, default=None, return_dtype=pl.String).alias("split"),
        pl.col("utterance").replace_strict(texts, default=None, return_dtype=pl.String).alias("text"),
    )
    unused = ["part", "utterance"] + (["subset"] if named["subset"].null_count() == named.height else [])
    return reject_unless(named, "speaker", _SHAPE).drop(unused)


def _texts(listing: Listing) -> dict[str, str]:
    """Utterance -> text, from lines "84-121123-0000 GO DO YOU HEAR"."""
    texts: dict[str, str] = {}
    for name in listing.others:
        if name.endswith(".trans.txt"):
            for line in (listing.root / name).read_text("utf-8").splitlines():
                utterance, _, text = line.strip().partition(" ")
                texts[utterance] = text.strip()
    return texts


LIBRISPEECH = Layout(
    name="librispeech", shape=_SHAPE, recognise=lambda listing: fits(listing, _NAME), read=_read
)
