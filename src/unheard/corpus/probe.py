"""Headers of many recordings, read in parallel, and the reasons for those that cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl

from unheard.cores import usable_cores
from unheard.corpus.schema import REJECTED_COLUMNS
from unheard.errors import AudioError, CorpusError
from unheard.signal.audio_file import probe_audio

OnProgress = Callable[[int, int], None]  # (done, total)

_AT_ONCE = 64  # recordings a thread takes at a time
_SHOWN = 3  # rejected recordings that an error names
_HEADER_COLUMNS = {
    "path": pl.String(),
    "_recording_s": pl.Float64(),
    "sample_rate": pl.Int64(),
    "num_channels": pl.Int64(),
}
_Header = tuple[str, float, int, int]
_Reason = tuple[str, str]


def probe_recordings(
    paths: Sequence[str], *, num_workers: int | None = None, on_progress: OnProgress | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Headers (path, recording_s, sample_rate, num_channels), and rejected recordings (path, reason).

    Reading headers waits for the disk, so there are more threads than cores: by default 4 a core, up to 16.
    """
    workers = num_workers or min(16, 4 * usable_cores())
    chunks = [paths[begin : begin + _AT_ONCE] for begin in range(0, len(paths), _AT_ONCE)]
    headers: list[_Header] = []
    reasons: list[_Reason] = []
    with ThreadPoolExecutor(workers) as pool:
        for done, (good, bad) in enumerate(pool.map(_probe_chunk, chunks), start=1):
            headers += good
            reasons += bad
            if on_progress:
                on_progress(min(done * _AT_ONCE, len(paths)), len(paths))
    return (
        pl.DataFrame(headers, schema=_HEADER_COLUMNS, orient="row"),
        pl.DataFrame(reasons, schema=dict(REJECTED_COLUMNS), orient="row"),
    )


def _probe_chunk(paths: Sequence[str]) -> tuple[list[_Header], list[_Reason]]:
    headers: list[_Header] = []
    reasons: list[_Reason] = []
    for path in paths:
        try:
            info = probe_audio(Path(path))
            headers.append((path, info.duration_s, info.sample_rate, info.num_channels))
        except AudioError as error:
            reasons.append((path, str(error).removeprefix(f"Recording '{path}': ")))
    return headers, reasons


def require_few_rejected(rejected: pl.DataFrame, num_recordings: int, max_rejected_share: float) -> None:
    """Raise `CorpusError` when more than a share of all recordings was rejected, or every one."""
    count = rejected.height
    if count == 0 or (count < num_recordings and count <= max_rejected_share * num_recordings):
        return
    shown = "; ".join(f"{path}: {reason.rstrip('.')}" for path, reason in rejected.head(_SHOWN).iter_rows())
    more = f"; and {count - _SHOWN} more" if count > _SHOWN else ""
    larger = "allow a larger share with --max-rejected of `unheard corpus import`"
    remedy = "" if count == num_recordings else f" Repair them, or {larger}."
    raise CorpusError(
        f"{count} of {num_recordings} recordings ({count / num_recordings:.1%}) cannot be used, "
        f"allowed are {max_rejected_share:.1%}: {shown}{more}.{remedy}"
    )
