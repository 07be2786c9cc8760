"""Another microphone in one label: an equaliser on all clips of a label, and labels that are shuffled."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import soundfile
from numpy.typing import NDArray
from planted.row import Row

from unheard.audit.check import Material
from unheard.audit.finding import Finding
from unheard.audit.measure import measure_corpus
from unheard.audit.shortcuts import check_shortcuts
from unheard.corpus.importing import import_corpus
from unheard.corpus.table import Corpus
from unheard.signal.audio_file import read_audio

MAX_GAINS_DB = (3.0, 6.0, 10.0)
NUM_SHUFFLES = 100
CLIPS_A_LABEL = 100
MOST_LABELS = 9
MIN_CLIPS_OF_A_LABEL = 50
NUM_KNOTS, LOWEST_KNOT_HZ = 8, 60.0
Filter = Callable[[NDArray[np.float32], int], NDArray[np.float32]]


def rows(data: Path, seed: int) -> list[Row]:
    """For two corpora: each equaliser in every label in turn; false alarms are those on shuffled labels."""
    found = []
    for name in ("arabic_commands", "speech_commands"):
        corpus = _chosen(import_corpus(data / name), seed)
        with tempfile.TemporaryDirectory() as folder:
            frame = _measured(corpus, Path(folder))
        alarms = _shuffled(corpus, frame, seed)
        random = np.random.default_rng(seed)
        for gain_db in MAX_GAINS_DB:
            filters = {label: _microphone(random, gain_db) for label in corpus.labels}
            found.append(_row(name, corpus, frame, filters, f"random, within {gain_db:.0f} dB", alarms))
        filters = dict.fromkeys(corpus.labels, _without_bass)
        found.append(_row(name, corpus, frame, filters, "high-pass 300 Hz", alarms))
    return found


def _chosen(corpus: Corpus, seed: int) -> Corpus:
    """Labels with enough clips, and as many of each."""
    shuffled = corpus.utterances.drop_nulls("label").sample(fraction=1.0, shuffle=True, seed=seed)
    enough = pl.len().over("label") >= MIN_CLIPS_OF_A_LABEL
    few = pl.col("id").cum_count().over("label") <= CLIPS_A_LABEL
    chosen = shuffled.filter(enough & few)
    labels = chosen["label"].unique(maintain_order=True).head(MOST_LABELS)
    return replace(corpus, frame=chosen.filter(pl.col("label").is_in(labels.implode())))


def _measured(corpus: Corpus, folder: Path) -> pl.DataFrame:
    sound = measure_corpus(corpus, num_workers=1, folder=folder).frame
    return pl.concat([corpus.utterances, sound], how="horizontal")


def _labels_told(corpus: Corpus, frame: pl.DataFrame) -> list[Finding]:
    findings = check_shortcuts(Material(corpus, frame)).findings
    return [one for one in findings if one.subject.startswith("label") or "labels" in one.evidence]


def _row(
    name: str,
    corpus: Corpus,
    frame: pl.DataFrame,
    filters: dict[str, Filter],
    severity: str,
    alarms: float,
) -> Row:
    """Plant each filter in its label alone, and count it, and what else is found then."""
    hits, others = 0, 0
    for label, change in filters.items():
        told = _labels_told(corpus, _planted(corpus, frame, label, change))
        hits += any(one.subject == f"label '{label}'" and one.evidence["p_value"] < 0.01 for one in told)
        others += sum(one.subject != f"label '{label}'" for one in told)
    return Row(
        check="shortcuts",
        fault=f"another microphone in one label of {name}",
        severity=severity,
        recall=hits / len(filters),
        num_planted=len(filters),
        false_alarms=alarms,
        num_clean=2 * NUM_SHUFFLES,
        goal="found, p < 0.01; shuffled <= 5 %",
        note=f"false alarms: corpora with shuffled labels; labels found besides the planted one: {others}",
    )


def _planted(corpus: Corpus, frame: pl.DataFrame, label: str, change: Filter) -> pl.DataFrame:
    """The measured frame with the clips of one label filtered, written with 16 bit, and measured anew."""
    is_label = (frame["label"] == label).to_numpy()
    files = []
    for path in frame.filter(pl.Series(is_label))["path"]:
        samples, sample_rate = read_audio(Path(path))
        file = io.BytesIO()
        soundfile.write(file, change(samples, sample_rate), sample_rate, "PCM_16", format="FLAC")
        files.append(file.getvalue())
    part = corpus.utterances.filter(pl.Series(is_label)).with_columns(
        path=pl.lit(None, pl.String), audio=pl.Series(files, dtype=pl.Binary)
    )
    with tempfile.TemporaryDirectory() as folder:
        anew = _measured(Corpus(part), Path(folder)).select(frame.columns)
    return pl.concat([anew, frame.filter(pl.Series(~is_label))], how="vertical_relaxed")


def _microphone(random: np.random.Generator, gain_db: float) -> Filter:
    """Gains in dB at knots evenly spaced over log-frequency, straight lines between them, no delay."""
    gains = random.uniform(-gain_db, gain_db, NUM_KNOTS)

    def change(samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
        octaves = np.log2(sample_rate / 2 / LOWEST_KNOT_HZ)
        knots_hz = LOWEST_KNOT_HZ * 2 ** (np.linspace(0, 1, NUM_KNOTS) * octaves)
        return _filtered(samples, sample_rate, lambda hz: np.interp(np.log(hz), np.log(knots_hz), gains))

    return change


def _without_bass(samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    return _filtered(samples, sample_rate, lambda hz: -10 * np.log10(1 + (300 / hz) ** 4))


def _filtered(
    samples: NDArray[np.float32],
    sample_rate: int,
    gain_db: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> NDArray[np.float32]:
    num_fft = len(samples) + sample_rate // 20
    hz = np.fft.rfftfreq(num_fft, 1 / sample_rate).clip(min=20)
    spectrum = np.fft.rfft(samples, num_fft) * 10 ** (gain_db(hz) / 20)
    return np.fft.irfft(spectrum, num_fft)[: len(samples)].clip(-1, 1).astype(np.float32)


def _shuffled(corpus: Corpus, frame: pl.DataFrame, seed: int) -> float:
    """Share of corpora with a finding when labels are laid on clips at random, or those of each speaker on
    another's."""
    random = np.random.default_rng(seed)
    speakers = frame["speaker"].rank("dense").to_numpy().astype(int) - 1
    alarms = 0
    for _ in range(NUM_SHUFFLES):
        place = random.permutation(int(speakers.max()) + 1)
        for order in (random.permutation(frame.height), np.argsort(place[speakers], kind="stable")):
            labels = frame["label"].gather(order)
            alarms += bool(_labels_told(corpus, frame.with_columns(label=labels)))
    return alarms / (2 * NUM_SHUFFLES)
