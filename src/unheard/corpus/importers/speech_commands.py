"""Speech Commands (Warden 2018, arXiv:1804.03209) and whatever is recorded with its tools.

`<word>/<speaker>_nohash_<take>.wav`: the speaker is a hash of the person's identity, the take counts the
times that this person said this word. `validation_list.txt` and `testing_list.txt` name the official
parts; as the data set defines it, a recording in neither is for training. `_background_noise_/` holds
noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

import polars as pl

from unheard.corpus.importers.layout import Layout, fits, parent_folder, parse_names
from unheard.corpus.scan import Listing

_NAME = r"(?:^|/)(?P<speaker>[^/]+)_nohash_(?P<take>\d+)$"
_LISTS = {"validation_list.txt": "validation", "testing_list.txt": "test"}


def _read(listing: Listing, columns: Mapping[str, str]) -> pl.DataFrame:
    """Label, speaker, take and official split; a name without a hash has a label, but no speaker."""
    rows = parse_names(listing.recordings, _NAME)
    return rows.with_columns(
        parent_folder().alias("label"),
        pl.col("take").cast(pl.Int64),
        official_split(listing, rows["path"]).alias("split"),
    )


def official_split(listing: Listing, paths: pl.Series) -> pl.Series:
    """The part that the official lists name for each path; null throughout where there is no list.

    Lists name files relative to their own folder. Suffixes are not compared: lists say `.wav` also where the
    recordings were converted to FLAC.
    """
    parts: dict[str, str] = {}
    found = [name for name in listing.others if PurePosixPath(name).name in _LISTS]
    for name in found:
        for line in (listing.root / name).read_text("utf-8").split():
            entry = PurePosixPath(name).parent / line
            parts[entry.with_suffix("").as_posix()] = _LISTS[PurePosixPath(name).name]
    stems = paths.str.replace(r"\.[^./]*$", "")
    return stems.replace_strict(parts, default="train" if found else None, return_dtype=pl.String)


SPEECH_COMMANDS = Layout(
    name="speech-commands",
    shape="<word>/<speaker>_nohash_<take>.wav",
    recognise=lambda listing: fits(listing, _NAME),
    read=_read,
)
