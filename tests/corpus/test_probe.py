from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import soundfile

from unheard.corpus.probe import probe_recordings, require_few_rejected
from unheard.errors import CorpusError


@pytest.mark.parametrize("num_workers", [1, 8, None])
def test_headers_and_reasons_come_in_the_order_of_the_paths(make_folder, num_workers: int | None) -> None:
    folder = make_folder(*(f"{number:03}.wav" for number in range(150)), texts={"x.wav": "no audio"})
    soundfile.write(folder / "stereo.flac", np.zeros((22050, 2)), 44100)
    paths = [str(path) for path in sorted(folder.iterdir())]
    calls: list[tuple[int, int]] = []

    headers, rejected = probe_recordings(
        paths, num_workers=num_workers, on_progress=lambda *done_total: calls.append(done_total)
    )

    assert headers["path"].to_list() == [path for path in paths if not path.endswith("x.wav")]
    assert headers.row(0) == (paths[0], 0.1, 8000, 1)
    assert headers.row(-1) == (str(folder / "stereo.flac"), 0.5, 44100, 2)
    assert rejected.rows() == [(str(folder / "x.wav"), "is text, not audio.")]
    assert calls == [(64, 152), (128, 152), (152, 152)]


def _rejected(count: int) -> pl.DataFrame:
    paths = [f"{number}.wav" for number in range(count)]
    return pl.DataFrame({"path": paths, "reason": ["is empty (0 bytes)."] * count})


@pytest.mark.parametrize(("count", "share"), [(0, 0.0), (1, 0.05), (5, 0.05), (99, 1.0)])
def test_a_stated_share_may_be_rejected(count: int, share: float) -> None:
    require_few_rejected(_rejected(count), 100, share)


def test_more_stops_and_says_how_many_which_and_why() -> None:
    with pytest.raises(CorpusError) as caught:
        require_few_rejected(_rejected(6), 100, 0.05)

    assert str(caught.value) == (
        "6 of 100 recordings (6.0%) cannot be used, allowed are 5.0%: 0.wav: is empty (0 bytes); "
        "1.wav: is empty (0 bytes); 2.wav: is empty (0 bytes); and 3 more. "
        "Repair them, or allow a larger share with --max-rejected of `unheard corpus import`."
    )


def test_all_rejected_always_stops() -> None:
    with pytest.raises(CorpusError, match="1 of 1 recordings"):
        require_few_rejected(_rejected(1), 1, 1.0)
