"""Words are put into the middle, embedded once and kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from unheard.audit.word_embedding import centred, embed_words
from unheard.signal.audio_file import write_audio

LENGTH = 20_192


def burst(begin: int, total: int, hiss: float = 0.001) -> np.ndarray:
    """A tone of 0.3 s in a little noise, 16 kHz."""
    samples = hiss * np.random.default_rng(3).standard_normal(total)
    samples[begin : begin + 4800] += 0.3 * np.sin(np.arange(4800) * 0.5)
    return samples.astype(np.float32)


def middle_of_energy(samples: np.ndarray) -> float:
    energy = np.square(samples, dtype=np.float64)
    return float(energy @ np.arange(len(samples)) / energy.sum())


@pytest.mark.parametrize(
    ("begin", "total"), [(0, 16_000), (5000, 16_000), (11_200, 16_000), (40_000, 48_000)]
)
def test_the_word_comes_to_the_middle(begin: int, total: int) -> None:
    placed = centred(burst(begin, total), LENGTH)
    assert placed.shape == (LENGTH,)
    assert middle_of_energy(placed) == pytest.approx(LENGTH / 2, abs=250)


@pytest.mark.parametrize("total", [1, 100, 16_000, 64_000])
def test_silence_and_the_shortest_clips_have_a_middle(total: int) -> None:
    assert not centred(np.zeros(total, np.float32), LENGTH).any()
    assert centred(np.ones(total, np.float32), LENGTH).shape == (LENGTH,)


def rows_of(paths: list[Path], duration_s: float = 1.0) -> pl.DataFrame:
    return pl.DataFrame({"start_s": [0.0] * len(paths), "duration_s": [duration_s] * len(paths)})


class TestEmbedWords:
    """On files, with the real network."""

    @pytest.fixture
    def paths(self, tmp_path: Path) -> list[Path]:
        pytest.importorskip("livekit.wakeword", reason="livekit-wakeword, of the extra 'audit'")
        paths = [tmp_path / f"{begin}.wav" for begin in (0, 4000, 8000)]
        for path in paths:
            write_audio(path, burst(int(path.stem), 16_000), 16_000)
        return paths

    def test_the_same_word_elsewhere_is_nearly_the_same(self, paths: list[Path], tmp_path: Path) -> None:
        found = embed_words(rows_of(paths), paths, num_workers=2, folder=tmp_path).astype(np.float64)
        assert found.shape == (3, 3, 7 * 96)
        assert np.corrcoef(found[:, 1]).min() > 0.95

    def test_what_does_not_decode_is_not_a_number(self, paths: list[Path], tmp_path: Path) -> None:
        paths[1].write_bytes(b"no audio")
        found = embed_words(rows_of(paths), paths, num_workers=1, folder=tmp_path)
        assert np.isnan(found).all(axis=(1, 2)).tolist() == [False, True, False]

    def test_a_second_call_reads_no_audio(self, paths: list[Path], tmp_path: Path) -> None:
        first = embed_words(rows_of(paths), paths, num_workers=1, folder=tmp_path)
        (kept,) = (tmp_path / "words").glob("*.npy")
        np.save(kept, first + np.float16(1))
        again = embed_words(rows_of(paths), paths, num_workers=1, folder=tmp_path)
        np.testing.assert_array_equal(again, first + np.float16(1))

    def test_a_changed_recording_is_embedded_again(self, paths: list[Path], tmp_path: Path) -> None:
        first = embed_words(rows_of(paths), paths, num_workers=1, folder=tmp_path)
        write_audio(paths[0], burst(0, 16_000, hiss=0.1), 16_000)
        again = embed_words(rows_of(paths), paths, num_workers=1, folder=tmp_path)
        assert np.abs(again[0].astype(np.float64) - first[0]).max() > 1
        np.testing.assert_array_equal(again[1:], first[1:])

    def test_longer_clips_have_more_windows(self, paths: list[Path], tmp_path: Path) -> None:
        write_audio(paths[0], burst(0, 24_000), 16_000)
        found = embed_words(rows_of(paths[:1], 1.5), paths[:1], num_workers=1, folder=tmp_path)
        assert found.shape == (1, 3, 14 * 96)

    def test_progress_is_told(self, paths: list[Path], tmp_path: Path) -> None:
        told: list[tuple[int, int]] = []
        embed_words(
            rows_of(paths), paths, num_workers=1, folder=tmp_path, on_progress=lambda *now: told.append(now)
        )
        assert told == [(3, 3)]
