"""Arabic Speech Commands (Ghandoura et al. 2021, doi:10.1016/j.engappai.2021.104275).

`<word>/<speaker>_NO_<take>.wav`: the first number is the contributor, so it is the speaker; the second
counts the takes of this word by this contributor.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from unheard.corpus.importers.layout import Layout, fits, parse_names, reject_unless
from unheard.corpus.scan import Listing

_NAME = r"(?:^|/)(?P<label>[^/]+)/(?P<speaker>\d+)_NO_(?P<take>\d+)$"
_SHAPE = "<word>/<speaker>_NO_<take>.wav"


def _read(listing: Listing, columns: Mapping[str, str]) -> pl.DataFrame:
    rows = parse_names(listing.recordings, _NAME).with_columns(pl.col("take").cast(pl.Int64))
    return reject_unless(rows, "speaker", _SHAPE)


ARABIC_COMMANDS = Layout(
    name="arabic-commands",
    shape=_SHAPE,
    recognise=lambda listing: fits(listing, _NAME),
    read=_read,
)
