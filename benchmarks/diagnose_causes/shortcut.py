"""One word of nine recorded with another microphone: small models trained on that, and what it costs live.

Run: python benchmarks/diagnose_causes/shortcut.py DATA RUNS (it trains eight models, which are kept in RUNS)

The planted microphone is an equaliser on all clips of one word, in training and in the test, perhaps with its
own hiss. Live are the same test clips without it: every word through one microphone.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import soundfile
import typer
from numpy.typing import NDArray

from unheard.corpus.importing import import_corpus
from unheard.corpus.table import Corpus
from unheard.diagnose.experiment import Material
from unheard.diagnose.material import read_live, read_test
from unheard.diagnose.shortcut import shortcut
from unheard.pipeline import train_corpus
from unheard.run import RunOptions
from unheard.runtime.bundle import Bundle
from unheard.runtime.model import BundleModel
from unheard.signal.audio_file import read_audio
from unheard.train.recipe import load_recipe

COMMANDS = ("yes", "up", "down", "left", "right", "on", "off", "stop", "go")
CLIPS_A_WORD = 250
SAMPLE_RATE = 16_000
NUM_KNOTS, LOWEST_KNOT_HZ = 8, 60.0
TRAIN_SHARE, VALIDATION_SHARE = 0.6, 0.1  # of the speakers
SETTINGS = ("epochs=20", "data.unknown=no", "data.silence=no", "num_threads=1")


# what is planted by seed; runs 0, 1 and 3 were looked at while the experiment was written
PLANTS: dict[int, tuple[str, float, float | None]] = {  # label, gains within dB, hiss in dBFS
    0: ("yes", 8.0, None),
    1: ("go", 12.0, -45.0),
    2: ("left", 8.0, -50.0),
    3: ("off", 15.0, None),
    5: ("up", 12.0, -50.0),
    6: ("right", 12.0, None),
}


@dataclass(frozen=True)
class Microphone:
    """Gains in dB at 8 knots evenly spaced in octaves from 60 Hz to 8 kHz, and the level of its hiss."""

    gains_db: tuple[float, ...]
    hiss_dbfs: float | None = None

    def through(self, samples: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
        """What it makes of a clip at 16 kHz `(num_samples,)`: no delay, and no other level of the whole."""
        num_fft = len(samples) + SAMPLE_RATE // 20
        hz = np.fft.rfftfreq(num_fft, 1 / SAMPLE_RATE).clip(min=LOWEST_KNOT_HZ)
        knots_hz = np.geomspace(LOWEST_KNOT_HZ, SAMPLE_RATE / 2, NUM_KNOTS)
        gain = 10 ** (np.interp(np.log(hz), np.log(knots_hz), self.gains_db) / 20)
        changed = np.fft.irfft(np.fft.rfft(samples, num_fft) * gain, num_fft)[: len(samples)]
        changed *= np.sqrt(np.mean(samples**2) / (np.mean(changed**2) + 1e-20))
        if self.hiss_dbfs is not None:
            changed += 10 ** (self.hiss_dbfs / 20) * random.standard_normal(len(samples))
        return np.asarray(changed.clip(-1, 1), np.float32)


@dataclass(frozen=True)
class ShortcutRun:
    """A run; `corpus` is what it learned and was tested on, `untouched` that without the plant."""

    folder: Path
    label: str | None  # that was planted
    corpus: Corpus
    untouched: Corpus

    @property
    def model(self) -> BundleModel:
        """What the run ships."""
        return BundleModel(Bundle.load(self.folder))

    @property
    def test(self) -> Corpus:
        """Speakers who are not in training; the label through its microphone, as in training."""
        return self.corpus.subset("test")

    @property
    def live(self) -> Corpus:
        """The same clips with every label through one microphone: what is lost on these is the truth."""
        return self.untouched.subset("test")


def draw_microphone(seed: int, max_gain_db: float, hiss_dbfs: float | None = None) -> Microphone:
    """A random one, as the transform `microphone` draws them."""
    random = np.random.default_rng((seed, 77))
    return Microphone(tuple(random.uniform(-max_gain_db, max_gain_db, NUM_KNOTS).tolist()), hiss_dbfs)


def make_shortcut_run(
    data: Path,
    folder: Path,
    *,
    label: str | None,
    microphone: Microphone | None = None,
    seed: int = 0,
    recipe: str = "tutorial",
) -> ShortcutRun:
    """A model that learned nine words, `label` through `microphone`; without a label nothing is planted.

    The seed draws clips, speakers of each split, and weights. A folder that holds a run is taken as it is.
    """
    untouched = _chosen(import_corpus(data / "speech_commands"), seed)
    corpus = untouched if label is None or microphone is None else planted(untouched, label, microphone)
    if not (folder / "bundle" / "bundle.json").is_file():
        options = RunOptions(
            recipe=load_recipe(recipe, SETTINGS), seed=seed, measure_conditions=False, audit=False
        )
        train_corpus(corpus, folder, options)
    return ShortcutRun(folder, label, corpus, untouched)


def planted(corpus: Corpus, label: str, microphone: Microphone) -> Corpus:
    """A copy whose clips of one label are recorded through the microphone, with 16 bit."""
    random = np.random.default_rng(5)
    frame = corpus.frame.filter(pl.col("role") == "utterance")
    files = []
    for path, name in zip(frame["path"], frame["label"], strict=True):
        samples, _ = read_audio(Path(path), sample_rate=SAMPLE_RATE)
        samples = microphone.through(samples, random) if name == label else samples
        file = io.BytesIO()
        soundfile.write(file, samples, SAMPLE_RATE, "PCM_16", format="FLAC")
        files.append(file.getvalue())
    return replace(corpus, frame=frame.with_columns(audio=pl.Series(files, dtype=pl.Binary)))


def _chosen(corpus: Corpus, seed: int) -> Corpus:
    """As many clips of each word, with speakers drawn for the splits."""
    frame = corpus.utterances.filter(pl.col("label").is_in(COMMANDS)).sample(
        fraction=1.0, shuffle=True, seed=seed
    )
    frame = frame.filter(pl.int_range(pl.len()).over("label") < CLIPS_A_WORD)
    speakers = frame["speaker"].unique().sort().shuffle(seed)
    place = {speaker: index / len(speakers) for index, speaker in enumerate(speakers)}
    share = frame["speaker"].replace_strict(place, return_dtype=pl.Float64)
    split = (
        pl.when(share < TRAIN_SHARE)
        .then(pl.lit("train"))
        .when(share < TRAIN_SHARE + VALIDATION_SHARE)
        .then(pl.lit("validation"))
        .otherwise(pl.lit("test"))
    )
    return replace(corpus, frame=frame.with_columns(split=pl.select(split).to_series()))


def row(data: Path, folder: Path, seed: int, *, plant: bool = True) -> dict[str, Any]:
    """Points that `unheard.diagnose.shortcut` lays to the shortcut on the live clips, beside those lost."""
    label, gain_db, hiss_dbfs = PLANTS[seed] if plant else (None, 0.0, None)
    microphone = draw_microphone(seed, gain_db, hiss_dbfs)
    run = make_shortcut_run(data, folder, label=label, microphone=microphone, seed=seed)
    model = run.model
    test, live = read_test(model, run.test).part, read_live(model, run.live).part
    (cause,) = shortcut(Material(model, test, live)).causes
    return {
        "seed": seed,
        "planted": label,
        "test_accuracy": round(100 * float(test.correct.mean()), 1),
        "lost_points": round(100 * float(test.correct.mean() - live.correct.mean()), 1),
        "attributed_points": round(cause.points.value, 1) if cause.where == "live" else 0.0,
        "low": cause.points.low,
        "high": cause.points.high,
        "blamed": cause.blamed,
        "named": cause.evidence["classes"],
    }


def main(data: Path, runs: Path) -> None:
    """Print a row for each plant, and one for each seed without it."""
    for seed in PLANTS:
        typer.echo(json.dumps(row(data, runs / f"planted-{seed}", seed)))
    for seed in (0, 1):
        typer.echo(json.dumps(row(data, runs / f"clean-{seed}", seed, plant=False)))


if __name__ == "__main__":
    typer.run(main)
