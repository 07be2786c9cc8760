"""More recordings for a corpus than it came with: other noises and other people, from folders beside it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from unheard.corpus.importing import MAX_REJECTED_SHARE
from unheard.corpus.probe import OnProgress, probe_recordings, require_few_rejected
from unheard.corpus.scan import DECODABLE, scan_folder
from unheard.corpus.table import Corpus
from unheard.errors import CorpusError


def with_recordings(
    corpus: Corpus,
    *,
    noise: Iterable[str] = (),
    speech: Iterable[str] = (),
    on_progress: OnProgress | None = None,
) -> Corpus:
    """A copy with every recording below these folders; ids are `noise/FOLDER/PATH` and `speech/FOLDER/PATH`.

    Recordings that the corpus holds already (in that role) are left out; what cannot be read stands in
    `rejected`.
    Raises: CorpusError when a folder holds no recordings, or too many that cannot be read.
    """
    corpus = _with(corpus, "noise", [Path(folder) for folder in noise], on_progress)
    return _with(corpus, "speech", [Path(folder) for folder in speech], on_progress)


def _with(corpus: Corpus, role: str, folders: Sequence[Path], on_progress: OnProgress | None) -> Corpus:
    known = set(corpus.frame.filter(pl.col("role") == role)["path"].drop_nulls())
    found = [row for folder in folders for row in _recordings(folder, role) if row[1] not in known]
    listed = pl.DataFrame(found, schema={"id": pl.String, "path": pl.String}, orient="row")
    listed = listed.unique("path", maintain_order=True)
    headers, rejected = probe_recordings(listed["path"].to_list(), on_progress=on_progress)
    require_few_rejected(rejected, listed.height, MAX_REJECTED_SHARE)
    rows = listed.join(headers, on="path", how="inner", maintain_order="left")
    rows = rows.rename({"_recording_s": "duration_s"}).with_columns(role=pl.lit(role))
    return dataclasses.replace(
        corpus,
        frame=pl.concat([corpus.frame, rows], how="diagonal_relaxed"),
        rejected=pl.concat([corpus.rejected, rejected]),
    )


def _recordings(folder: Path, role: str) -> list[tuple[str, str]]:
    """Id and absolute path of every recording below a folder."""
    if not folder.is_dir():
        raise CorpusError(f"{role.capitalize()} '{folder}': there is no such folder.")
    listing = scan_folder(folder)
    names = sorted((*listing.recordings, *listing.noise))
    if not names:
        looked_for = " ".join(DECODABLE)
        raise CorpusError(
            f"{role.capitalize()} '{folder}': holds no recordings; files named {looked_for} are looked for."
        )
    return [(f"{role}/{listing.root.name}/{name}", (listing.root / name).as_posix()) for name in names]
