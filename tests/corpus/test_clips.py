"""The cache of decoded clips: what it holds, when it decodes, and what a bad recording leaves."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from unheard.corpus.clips import Clips, cache_folder, fit_clip, load_clips, to_int16
from unheard.corpus.table import Corpus
from unheard.errors import CorpusError
from unheard.signal.room_tone import with_room_tone

RATE, WINDOW = 8000, 800


def noise(num_samples: int = WINDOW, seed: int = 0) -> NDArray[np.int16]:
    return np.random.default_rng(seed).integers(-32768, 32768, num_samples, np.int16)


def corpus_of(folder: Path, *recordings: NDArray[np.int16]) -> Corpus:
    """One WAV file of 16 bits each: 0.wav, 1.wav ..."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, samples in enumerate(recordings):
        path = folder / f"{number}.wav"
        soundfile.write(path, samples, RATE, "PCM_16")
        rows.append({"id": path.stem, "path": str(path), "duration_s": len(samples) / RATE})
    return Corpus(pl.DataFrame(rows).with_columns(sample_rate=pl.lit(RATE)))


class Decoded:
    """Loads clips, and says how many were decoded to do so."""

    def __init__(self, cache: Path) -> None:
        self.cache, self.count = cache, 0

    def __call__(self, corpus: Corpus, **options: object) -> Clips:
        self.count = 0
        settings = {"sample_rate": RATE, "window_samples": WINDOW, "max_failed_share": 0.5, **options}
        return load_clips(corpus, folder=self.cache, on_progress=self.progress, **settings)  # type: ignore[arg-type]

    def progress(self, done: int, total: int) -> None:
        self.count = done


@pytest.fixture
def load(tmp_path: Path) -> Decoded:
    return Decoded(tmp_path / "cache")


def test_clips_hold_the_samples_of_the_files(tmp_path: Path, load: Decoded) -> None:
    corpus = corpus_of(tmp_path / "a", noise(seed=1), noise(seed=2), noise(WINDOW - 50, seed=3))
    clips = load(corpus)
    for row, path in enumerate(corpus.frame["path"][:2]):
        np.testing.assert_array_equal(clips.samples[row], soundfile.read(path, dtype="int16")[0])
    short = noise(WINDOW - 50, seed=3)
    continued = with_room_tone(short / np.float32(32768), WINDOW)
    np.testing.assert_array_equal(clips.samples[2], to_int16(continued))
    np.testing.assert_array_equal(clips.samples[2][:-50], short)
    assert (len(clips), clips.failed) == (3, {})


def test_clips_are_mapped_from_disk_and_cannot_be_changed(tmp_path: Path, load: Decoded) -> None:
    clips = load(corpus_of(tmp_path / "a", noise()))
    assert isinstance(clips.samples, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        clips.samples[0, 0] = 1


def test_a_span_is_cut_out_of_its_recording(tmp_path: Path, load: Decoded) -> None:
    samples = noise(4 * WINDOW)
    corpus = corpus_of(tmp_path / "a", samples)
    span = Corpus(corpus.frame.with_columns(start_s=pl.lit(0.2), duration_s=pl.lit(0.1)))
    np.testing.assert_array_equal(load(span).samples[0], samples[1600:2400])


@given(st.lists(st.integers(-9, 9), max_size=40), st.integers(1, 20))
def test_of_a_long_clip_no_other_window_has_more_energy(values: list[int], window: int) -> None:
    samples = np.array(values, np.float32)
    fitted = fit_clip(samples, window)
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(samples, (0, max(0, window - len(samples)))), window
    )
    assert (fitted**2).sum() == (windows**2).sum(axis=1).max()
    assert any(np.array_equal(fitted, one) for one in windows)


def test_a_word_late_in_a_long_clip_is_found() -> None:
    clip = np.zeros(5000, np.float32)
    clip[3000:3400] = 0.5
    assert fit_clip(clip, 800).sum() == 200


@given(st.floats(-2, 2, width=32))
def test_sixteen_bits_are_the_nearest_and_never_wrap(sample: float) -> None:
    nearest = min(max(round(sample * 32768), -32768), 32767)
    assert to_int16(np.array([sample], np.float32)).tolist() == [nearest]


def test_a_second_call_decodes_nothing(tmp_path: Path, load: Decoded) -> None:
    corpus = corpus_of(tmp_path / "a", noise())
    first = load(corpus)
    assert load.count == 1
    again = load(corpus)
    assert load.count == 0
    np.testing.assert_array_equal(again.samples, first.samples)


def test_moved_audio_is_not_decoded_again(tmp_path: Path, load: Decoded) -> None:
    load(corpus_of(tmp_path / "a", noise(seed=1), noise(seed=2)))
    shutil.rmtree(tmp_path / "a")
    load(corpus_of(tmp_path / "elsewhere", noise(seed=1), noise(seed=2)))
    assert load.count == 0


def test_edited_audio_is_decoded_again(tmp_path: Path, load: Decoded) -> None:
    load(corpus_of(tmp_path / "a", noise(seed=1), noise(seed=2)))
    clips = load(corpus_of(tmp_path / "a", noise(seed=1), noise(seed=9)))
    assert load.count == 2
    np.testing.assert_array_equal(clips.samples[1], noise(seed=9))


def test_another_order_window_or_rate_is_another_entry(tmp_path: Path, load: Decoded) -> None:
    corpus = corpus_of(tmp_path / "a", noise(seed=1), noise(seed=2))
    load(corpus)
    turned = load(Corpus(corpus.frame.reverse()))
    np.testing.assert_array_equal(turned.samples[0], noise(seed=2))
    assert load(corpus, window_samples=500).samples.shape == (2, 500)
    assert load(corpus, sample_rate=4000, window_samples=400).samples.shape == (2, 400)
    assert load.count == 2


def test_recordings_in_the_table_itself_are_read(tmp_path: Path, load: Decoded) -> None:
    corpus = corpus_of(tmp_path / "a", noise(seed=1), noise(seed=2))
    content = [Path(path).read_bytes() for path in corpus.frame["path"]]
    held = Corpus(corpus.frame.with_columns(path=None, audio=pl.Series(content)))
    np.testing.assert_array_equal(load(held).samples, [noise(seed=1), noise(seed=2)])


@pytest.mark.parametrize("attempt", ["decoded", "from the cache"])
def test_a_damaged_recording_is_named_and_silent(tmp_path: Path, load: Decoded, attempt: str) -> None:
    corpus = corpus_of(tmp_path / "a", noise(seed=1), noise(seed=2))
    (tmp_path / "a" / "1.wav").write_text("<html>no sound here</html>")
    if attempt == "from the cache":
        load(corpus)
    clips = load(corpus)
    assert load.count == (2 if attempt == "decoded" else 0)
    assert list(clips.failed) == [1]
    assert "1.wav': is " in clips.failed[1]
    assert not clips.samples[1].any()
    np.testing.assert_array_equal(clips.samples[0], noise(seed=1))


def test_a_recording_that_comes_back_is_decoded(tmp_path: Path, load: Decoded) -> None:
    corpus = corpus_of(tmp_path / "a", noise(seed=1), noise(seed=2))
    (tmp_path / "a" / "1.wav").rename(tmp_path / "away.wav")
    assert "does not exist" in load(corpus).failed[1]
    (tmp_path / "away.wav").rename(tmp_path / "a" / "1.wav")
    assert load(corpus).failed == {}


def test_more_damaged_recordings_than_the_share_stop_it(tmp_path: Path, load: Decoded) -> None:
    corpus = corpus_of(tmp_path / "a", *(noise(seed=seed) for seed in range(20)))
    (tmp_path / "a" / "7.wav").write_bytes(b"")
    assert len(load(corpus, max_failed_share=0.05).failed) == 1
    (tmp_path / "a" / "9.wav").unlink()
    message = r"2 of 20 clips do not decode, more than the allowed 5%; the first is '7': .*0 bytes"
    with pytest.raises(CorpusError, match=message):
        load(corpus, max_failed_share=0.05)


def test_a_decoding_that_is_broken_off_leaves_nothing(tmp_path: Path, load: Decoded) -> None:
    corpus = corpus_of(tmp_path / "a", noise())

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_clips(corpus, sample_rate=RATE, window_samples=WINDOW, folder=load.cache, on_progress=stop)
    assert [path for path in load.cache.rglob("*") if path.is_file()] == []
    load(corpus)
    assert load.count == 1


def test_no_rows_are_no_clips(tmp_path: Path, load: Decoded) -> None:
    nothing = corpus_of(tmp_path / "a", noise()).filter(pl.lit(False))
    assert load(nothing).samples.shape == (0, WINDOW)


def test_the_cache_lies_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNHEARD_CACHE", str(tmp_path / "here"))
    assert cache_folder() == tmp_path / "here"
    monkeypatch.delenv("UNHEARD_CACHE")
    assert cache_folder() == Path.home() / ".cache" / "unheard"
