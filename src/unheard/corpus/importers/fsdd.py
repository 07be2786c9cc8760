"""Free Spoken Digit Dataset (Jackson et al., doi:10.5281/zenodo.1342401): `<digit>_<speaker>_<take>.wav`."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from unheard.corpus.importers.layout import Layout, fits, parse_names, reject_unless
from unheard.corpus.scan import Listing

_NAME = r"(?:^|/)(?P<label>\d)_(?P<speaker>[^/_\d]+)_(?P<take>\d+)$"
_SHAPE = "<digit>_<speaker>_<take>.wav"


def _read(listing: Listing, columns: Mapping[str, str]) -> pl.DataFrame:
    rows = parse_names(listing.recordings, _NAME).with_columns(pl.col("take").cast(pl.Int64))
    return reject_unless(rows, "speaker", _SHAPE)


FSDD = Layout(name="fsdd", shape=_SHAPE, recognise=lambda listing: fits(listing, _NAME), read=_read)
