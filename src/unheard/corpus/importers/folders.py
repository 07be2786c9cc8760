"""A folder for each label; nothing else is known, so speakers stay null.

The label is the folder that a recording lies in; where the topmost folder is named train, validation (valid,
dev) or test, it is the split.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from unheard.corpus.importers.layout import Layout, parent_folder
from unheard.corpus.importers.names import split_of_folder
from unheard.corpus.scan import Listing


def _read(listing: Listing, columns: Mapping[str, str]) -> pl.DataFrame:
    rows = pl.DataFrame({"path": listing.recordings}, schema={"path": pl.String})
    rows = rows.with_columns(parent_folder().alias("label"), split_of_folder().alias("split"))
    is_split = (pl.col("path").str.count_matches("/") == 1) & pl.col("split").is_not_null()
    return rows.with_columns(pl.when(~is_split).then("label").alias("label"))


FOLDERS = Layout(name="folders", shape="<label>/<any name>.wav", recognise=lambda listing: True, read=_read)
