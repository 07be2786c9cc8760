from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import soundfile

from unheard.corpus.importing import import_corpus, load_corpus
from unheard.corpus.table import Corpus
from unheard.errors import CorpusError, UsageError
from unheard.signal.audio_file import read_audio

NAMES = [f"{word}/{number}.wav" for word in ("yes", "no") for number in range(20)]


def test_a_folder_becomes_a_corpus(make_folder) -> None:
    folder = make_folder(*NAMES, "_background_noise_/hum.flac")

    corpus = import_corpus(folder)

    assert corpus.layout == "folders"
    assert corpus.labels == ["no", "yes"]
    assert corpus.utterances.height == 40
    assert corpus.noise.select("id", "label", "duration_s").row(0) == (
        "_background_noise_/hum.flac",
        None,
        0.1,
    )
    first = corpus.frame.row(by_predicate=pl.col("id") == "yes/0.wav", named=True)
    assert first["path"] == (folder / "yes/0.wav").as_posix()
    assert (first["duration_s"], first["sample_rate"], first["num_channels"]) == (0.1, 8000, 1)
    assert all(Path(path).is_file() for path in corpus.frame["path"])


def test_a_broken_recording_is_left_out_with_its_reason(make_folder) -> None:
    folder = make_folder(*NAMES, texts={"yes/bad.wav": ""})

    corpus = import_corpus(folder)

    assert corpus.utterances.height == 40
    assert corpus.rejected.rows() == [((folder / "yes/bad.wav").as_posix(), "is empty (0 bytes).")]


def test_an_empty_folder_is_told_and_stops_nothing(make_folder) -> None:
    folder = make_folder("yes/a.wav", "no/a.wav")
    for name in ("go", "stop", "left"):
        (folder / name).mkdir()

    corpus = import_corpus(folder)

    assert corpus.labels == ["no", "yes"]
    reason = "is a folder without a file."
    assert corpus.rejected.rows() == [((folder / name).as_posix(), reason) for name in ("go", "left", "stop")]


def test_too_many_broken_recordings_stop(make_folder) -> None:
    folder = make_folder(*NAMES, texts={f"yes/bad{number}.mp3": "" for number in range(3)})

    with pytest.raises(CorpusError, match=r"3 of 43 recordings \(7\.0%\) cannot be used, allowed are 5\.0%"):
        import_corpus(folder)
    assert import_corpus(folder, max_rejected_share=0.1).rejected.height == 3


def test_every_kind_of_recording_is_imported_as_it_is(make_folder) -> None:
    folder = make_folder(*NAMES)
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (4410, 2))
    soundfile.write(folder / "yes/stereo_float64.wav", noise, 44100, "DOUBLE")
    soundfile.write(folder / "yes/8_bit.wav", noise[:, 0], 11025, "PCM_U8")
    soundfile.write(folder / "yes/really_mp3.wav", noise[:, 0], 16000, format="MP3")
    soundfile.write(folder / "yes/lossy.ogg", noise, 48000)
    soundfile.write(folder / "no/0_samples.wav", noise[:0], 16000)
    (folder / "no/truncated.flac").write_bytes((folder / "no/0.wav").read_bytes()[:300])

    corpus = import_corpus(folder)

    kinds = corpus.frame.filter(~pl.col("id").is_in(NAMES)).sort("id")
    assert kinds.select("id", "sample_rate", "num_channels").rows() == [
        ("yes/8_bit.wav", 11025, 1),
        ("yes/lossy.ogg", 48000, 2),
        ("yes/really_mp3.wav", 16000, 1),
        ("yes/stereo_float64.wav", 44100, 2),
    ]
    assert [(Path(path).name, reason) for path, reason in corpus.rejected.rows()] == [
        ("0_samples.wav", "has 0 samples."),
        ("truncated.flac", "is truncated: its header promises 1600 bytes of audio, 256 are there."),
    ]
    for path, start_s, duration_s in corpus.frame.select("path", "start_s", "duration_s").iter_rows():
        read_audio(Path(path), start_s=start_s, duration_s=duration_s, sample_rate=16000)


def test_nothing_to_import_is_told(tmp_path: Path, make_folder) -> None:
    with pytest.raises(CorpusError, match=r"holds no recordings; files named .wav .* .mp3 .* are looked for"):
        import_corpus(make_folder(texts={"notes.txt": ""}))
    with pytest.raises(CorpusError, match="there is no such file or folder"):
        import_corpus(tmp_path / "nowhere")


def test_an_unknown_layout_names_the_nearest(make_folder) -> None:
    with pytest.raises(UsageError, match=r"Unknown layout 'librispech'. Did you mean 'librispeech'"):
        import_corpus(make_folder("a.wav"), layout="librispech")


def test_a_forced_layout_that_does_not_fit_says_what_it_expects(make_folder) -> None:
    with pytest.raises(CorpusError, match=r"its name does not read <digit>_<speaker>_<take>.wav"):
        import_corpus(make_folder(*NAMES), layout="fsdd")


def test_columns_are_for_tables(make_folder) -> None:
    with pytest.raises(
        UsageError, match="Layout 'folders' has no columns to map; audiofolder and table have"
    ):
        import_corpus(make_folder(*NAMES), layout="folders", columns={"label": "word"})


@pytest.mark.parametrize("name", ["corpus.parquet", "corpus.jsonl", "corpus.csv"])
def test_a_stored_corpus_is_loaded_and_not_imported(tmp_path: Path, make_folder, name: str) -> None:
    folder = make_folder(*NAMES, texts={"yes/bad.wav": ""})
    corpus = import_corpus(folder)
    corpus.save(tmp_path / name)
    (folder / "yes/0.wav").unlink()

    again = load_corpus(tmp_path / name)

    assert again.layout == "saved"
    assert again.fingerprint() == corpus.fingerprint()
    assert again.rejected.equals(corpus.rejected)


def test_a_corpus_stored_among_its_recordings_does_not_hide_them(make_folder) -> None:
    folder = make_folder(*NAMES)
    import_corpus(folder).save(folder / "corpus.csv")
    (folder / "yes/0.wav").rename(folder / "yes/new.wav")

    corpus = load_corpus(folder)

    assert corpus.layout == "folders"
    assert "yes/new.wav" in corpus.frame["id"]


def test_the_machine_and_the_place_do_not_change_the_fingerprint(make_folder) -> None:
    here = import_corpus(make_folder(*NAMES, root="here"))
    there = import_corpus(make_folder(*NAMES, root="there"))

    assert isinstance(here, Corpus)
    assert here.fingerprint() == there.fingerprint()
    assert here.frame["id"].equals(there.frame["id"])


def test_a_table_of_spans_gives_an_utterance_each(make_folder) -> None:
    folder = make_folder("long.wav", "other.wav")
    soundfile.write(folder / "long.wav", np.zeros(16000), 8000)
    (folder / "spans.csv").write_text(
        "wav,start,end,word\nlong.wav,0,0.5,yes\nlong.wav,0.5,1.25,no\nlong.wav,1.25,,yes\nother.wav,,,no\n"
    )

    corpus = import_corpus(folder / "spans.csv")

    assert corpus.frame.select("id", "start_s", "duration_s", "label").rows() == [
        ("long.wav#0.0", 0.0, 0.5, "yes"),
        ("long.wav#0.5", 0.5, 0.75, "no"),
        ("long.wav#1.25", 1.25, 0.75, "yes"),
        ("other.wav", 0.0, 0.1, "no"),
    ]


def test_a_span_outside_its_recording_is_rejected(make_folder) -> None:
    folder = make_folder("a.wav")
    (folder / "spans.csv").write_text("file,offset,duration\na.wav,0,0.1\na.wav,0.05,0.09\na.wav,0.05,1\n")

    corpus = import_corpus(folder / "spans.csv", max_rejected_share=1)

    assert corpus.frame.select("start_s", "duration_s").rows() == [(0.0, 0.1), (0.05, 0.05)]
    assert corpus.rejected["reason"].to_list() == ["its span [0.05, 1.05] s is not inside its 0.1 s"]


def test_a_time_that_is_no_number_is_told(make_folder) -> None:
    folder = make_folder("a.wav")
    (folder / "spans.csv").write_text("file,start\na.wav,soon\n")

    with pytest.raises(CorpusError, match="start_s is 'soon', it takes seconds as a number"):
        import_corpus(folder / "spans.csv")
