"""Copies of real clips, changed in ways that happen, hidden among all clips that they come from.

The clips are of six collections, with many takes of one word by one voice in most. Each fault takes other
clips; all copies lie in the test split and all but a tenth of the rest in training, and every second copy has
another label. What is found among untouched clips is right if their waveforms, at the sample rate of the
recordings and in full band, correlate by 0.99 where they overlap.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import scipy.signal
import soundfile
from numpy.typing import NDArray
from planted.row import Row

from unheard.audit.check import Material
from unheard.audit.contradictions import CHECK as CONTRADICTIONS
from unheard.audit.duplicates_across_splits import CHECK as ACROSS
from unheard.audit.finding import Finding
from unheard.audit.identical import CHECK as IDENTICAL
from unheard.audit.near_duplicates import CHECK as NEAR
from unheard.corpus.importing import import_corpus
from unheard.corpus.table import Corpus
from unheard.signal.audio_file import read_audio
from unheard.signal.fingerprint import fingerprint
from unheard.signal.resample import resample

MAX_CLIPS = {
    "speech_commands": 3000,
    "fsdd/recordings": 2000,
    "wake_words": 558,
    "arabic_commands": 432,
    "librispeech": 85,
    "alphanumeric": 71,
}
NUM_EACH = 150
KEPT_SOUND = 0.6  # of the frames within 25 dB of the loudest
SAME_CORRELATION = 0.99
PROMISE, PROMISE_NOISE = "recall >= 99 %, precision >= 99 %", "recall >= 80 %"
Samples = NDArray[np.float32]
Clip = tuple[Samples, int]  # with its sample rate
Change = Callable[[Clip, np.random.Generator], Clip]


@dataclass(frozen=True)
class Fault:
    """A way to copy a clip."""

    name: str
    severity: str
    change: Change
    goal: str = PROMISE


def rows(data: Path, seed: int) -> list[Row]:
    """Recall of each way to copy; precision over everything that was found."""
    with tempfile.TemporaryDirectory() as folder:
        material, sources, faults = _plant(data, seed, Path(folder))
        pairs = {
            check.name: set(_pairs(check.run(material).findings))
            for check in (IDENTICAL, NEAR, CONTRADICTIONS)
        }
        across = {name for finding in ACROSS.run(material).findings for name in finding.utterances}
        both = pairs["identical"] | pairs["near-duplicates"]
        wrong, right = _judge(material, sources, both)
    table = [
        Row(
            "identical" if fault.name == "exact" else "near-duplicates",
            fault.name,
            fault.severity,
            *_recall(copies, sources, both),
            None,
            0,
            fault.goal,
        )
        for fault, copies in faults.items()
    ]
    clean = [name for name in material.measured["id"] if name not in sources]
    note = f"precision {right / (right + wrong):.1%}: {right} of {right + wrong} copies found are copies"
    everything = _every(faults)
    relabelled = {copy for copy in everything if _is_relabelled(copy)}
    found = pairs["contradictions"]
    return [
        *table,
        Row(
            "near-duplicates",
            "all of these",
            "",
            *_recall(everything, sources, both),
            None,
            len(clean),
            "precision >= 99 %",
            note,
        ),
        Row(
            "contradictions",
            "copy with another label",
            "any of these",
            *_recall(relabelled, sources, found),
            None,
            0,
        ),
        Row(
            "duplicates-across-splits",
            "copy of a training clip in test",
            "any of these",
            len(across & everything) / len(everything),
            len(everything),
            None,
            0,
        ),
    ]


def _plant(
    data: Path, seed: int, folder: Path
) -> tuple[Material, Mapping[str, str], Mapping[Fault, set[str]]]:
    """Material with copies; by copy its source; by fault its copies."""
    random = np.random.default_rng(seed)
    originals = pl.concat([_drawn(data, name, count, random) for name, count in MAX_CLIPS.items()])
    order = iter(random.permutation(originals.height))
    sources: dict[str, str] = {}
    faults: dict[Fault, set[str]] = {}
    planted = []
    for number, fault in enumerate(_faults(data)):
        faults[fault] = set()
        for copy in range(NUM_EACH):
            row = originals.row(int(next(order)), named=True)
            name = f"copy {number} {copy}"
            samples, rate = fault.change(read_audio(Path(row["path"])), random)
            path = folder / f"{name}.wav"
            soundfile.write(path, samples.clip(-1, 1), rate, "PCM_16")
            label = "another" if _is_relabelled(name) else row["label"]
            planted.append((name, str(path), len(samples) / rate, rate, label, "test"))
            sources[name] = row["id"]
            faults[fault].add(name)
    test = pl.Series(random.random(originals.height) < 0.1) & ~originals["id"].is_in(list(sources.values()))
    originals = originals.with_columns(split=pl.when(test).then(pl.lit("test")).otherwise(pl.lit("train")))
    frame = pl.concat([originals, pl.DataFrame(planted, schema=originals.schema, orient="row")])
    corpus = Corpus(frame)
    prints = {name: fingerprint(*read_audio(Path(path))) for name, path in frame.select("id", "path").rows()}
    return Material(corpus, corpus.utterances, prints, num_workers=2), sources, faults


def _is_relabelled(name: str) -> bool:
    return int(name.rsplit(maxsplit=1)[-1]) % 2 == 1


def _drawn(data: Path, name: str, count: int, random: np.random.Generator) -> pl.DataFrame:
    utterances = import_corpus(data / name).utterances
    rows = random.permutation(utterances.height)[:count]
    return utterances[rows].select(
        (pl.lit(f"{name}/") + pl.col("id")).alias("id"),
        "path",
        "duration_s",
        "sample_rate",
        "label",
        pl.lit("train").alias("split"),
    )


def _every(faults: Mapping[Fault, set[str]]) -> set[str]:
    """Copies of the faults that are promised to be found."""
    return {copy for fault, copies in faults.items() if fault.goal for copy in copies}


def _pairs(findings: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    """The first of a group with each other of it, either way round."""
    for finding in findings:
        first, *others = finding.utterances
        for other in others:
            yield first, other
            yield other, first


def _recall(copies: set[str], sources: Mapping[str, str], pairs: set[tuple[str, str]]) -> tuple[float, int]:
    """Share of copies that are in a group with their source, and their number."""
    leader = {other: first for first, other in pairs}
    groups: dict[str, set[str]] = {}
    for first, other in pairs:
        groups.setdefault(first, {first}).add(other)
    found = sum(
        any(sources[copy] in groups.get(name, ()) for name in (copy, leader.get(copy, ""))) for copy in copies
    )
    return found / len(copies), len(copies)


def _judge(material: Material, sources: Mapping[str, str], pairs: set[tuple[str, str]]) -> tuple[int, int]:
    """Wrong and right pairs; copies of one source are right, so are untouched clips that are the same."""
    wrong, right = 0, 0
    for first, second in sorted(pair for pair in pairs if pair[0] < pair[1]):
        one, two = sources.get(first, first), sources.get(second, second)
        if one == two or _correlation(material, one, two) >= SAME_CORRELATION:
            right += 1
        else:
            wrong += 1
    return wrong, right


def _correlation(material: Material, first: str, second: str) -> float:
    """Largest correlation of two waveforms over overlaps of half of the shorter one or more."""
    (one, rate), (two, other_rate) = (read_audio(material.sources[name]) for name in (first, second))
    if rate != other_rate:
        return 0.0
    one, two = (scipy.signal.resample(clip, 8 * len(clip)) for clip in (one, two))  # cuts between samples
    product = scipy.signal.correlate(one, two, "full", "fft")
    lags = scipy.signal.correlation_lags(len(one), len(two), "full")
    power, other_power = (
        np.concatenate([[0], np.cumsum(np.square(x, dtype=np.float64))]) for x in (one, two)
    )
    begin, end = np.maximum(lags, 0), np.minimum(len(one), lags + len(two))
    shared = power[end] - power[begin], other_power[end - lags] - other_power[begin - lags]
    enough = end - begin >= min(len(one), len(two)) / 2
    return float((np.abs(product) / np.sqrt(shared[0] * shared[1] + 1e-12))[enough].max())


def _faults(data: Path) -> list[Fault]:
    noises = [read_audio(path, sample_rate=16_000)[0] for path in sorted((data / "noise").glob("**/*.flac"))]
    white, real = partial(_with_noise, noises=()), partial(_with_noise, noises=noises)
    return [
        Fault("exact", "another file and format", _same),
        Fault("another level", "-20 to +6 dB", _gain),
        Fault("cut", "60 to 97 % stay", _cut),
        Fault("MP3", "VBR, about 23 kbit/s", partial(_coded, container="MP3", subtype="MPEG_LAYER_III")),
        Fault("OGG Vorbis", "about 40 kbit/s", partial(_coded, container="OGG", subtype="VORBIS")),
        Fault("8 kHz round trip", "", _narrow),
        Fault(
            "cut, level, 8 kHz",
            "stays at 8 kHz",
            lambda clip, random: _to_8k(_gain(_cut(clip, random), random)),
        ),
        Fault(
            "cut, level, MP3",
            "about 23 kbit/s",
            lambda clip, random: _coded(
                _gain(_cut(clip, random), random), random, container="MP3", subtype="MPEG_LAYER_III"
            ),
        ),
        Fault("white noise", "20 dB", partial(white, snr_db=20), PROMISE_NOISE),
        Fault("white noise", "15 dB", partial(white, snr_db=15), PROMISE_NOISE),
        Fault("recorded noise", "15 dB", partial(real, snr_db=15), PROMISE_NOISE),
        Fault(
            "cut, white noise",
            "15 dB",
            lambda clip, random: white(_cut(clip, random), random, snr_db=15),
            PROMISE_NOISE,
        ),
        Fault("white noise", "10 dB", partial(white, snr_db=10), ""),
        Fault("white noise", "5 dB", partial(white, snr_db=5), ""),
        Fault("faster", "3 %", lambda clip, _: (resample(clip[0], 103, 100), clip[1]), ""),
    ]


def _same(clip: Clip, _: np.random.Generator) -> Clip:
    return clip


def _gain(clip: Clip, random: np.random.Generator) -> Clip:
    """What would clip is made as loud as it can be."""
    gain = min(10 ** (random.uniform(-20, 6) / 20), 0.99 / float(np.abs(clip[0]).max() + 1e-9))
    return clip[0] * np.float32(gain), clip[1]


def _cut(clip: Clip, random: np.random.Generator) -> Clip:
    """A piece that keeps most of what is loud, from anywhere, of any such length."""
    samples, rate = clip
    loud = np.concatenate([[0], np.cumsum(_is_loud(samples, rate))])
    for _ in range(300):
        length = int(len(samples) * random.uniform(KEPT_SOUND, 0.97))
        begin = int(random.integers(0, len(samples) - length))
        if loud[begin + length] - loud[begin] >= KEPT_SOUND * loud[-1]:
            return samples[begin : begin + length], rate
    return samples[: int(0.97 * len(samples))], rate


def _is_loud(samples: Samples, rate: int) -> NDArray[np.bool_]:
    """Which samples lie in 10 ms that are within 25 dB of the loudest."""
    hop = rate // 100
    power = np.square(np.pad(samples, (0, -len(samples) % hop)).reshape(-1, hop)).mean(axis=1)
    return np.repeat(power > power.max() * 10**-2.5, hop)[: len(samples)]


def _coded(clip: Clip, _: np.random.Generator, container: str, subtype: str) -> Clip:
    stream = io.BytesIO()
    soundfile.write(stream, clip[0], clip[1], subtype, format=container, compression_level=0.5)
    return read_audio(stream.getvalue())


def _narrow(clip: Clip, _: np.random.Generator) -> Clip:
    return resample(_to_8k(clip)[0], 8_000, clip[1]), clip[1]


def _to_8k(clip: Clip) -> Clip:
    return resample(*clip, 8_000), 8_000


def _with_noise(clip: Clip, random: np.random.Generator, snr_db: float, noises: Sequence[Samples]) -> Clip:
    """Noise relative to what is loud in a clip, then level enough not to clip."""
    samples, rate = clip
    if noises:
        source = resample(noises[random.integers(len(noises))], 16_000, rate)
        noise = np.resize(np.roll(source, -int(random.integers(len(source)))), len(samples))
    else:
        noise = random.standard_normal(len(samples)).astype(np.float32)
    speech_rms = np.sqrt(np.mean(np.square(samples[_is_loud(samples, rate)]))) if samples.any() else 0.0
    noise = noise * (speech_rms * 10 ** (-snr_db / 20) / np.sqrt(np.mean(np.square(noise)) + 1e-12))
    mixed = (samples + noise).astype(np.float32)
    return mixed * min(np.float32(1), np.float32(0.99) / np.abs(mixed).max()), rate
