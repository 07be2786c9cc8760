"""Seconds and memory of the audit's checks on a made-up corpus of 100,000 and of 1,000,000 utterances.

Only checks that read no audio. The table is made up; what is measured of the sound are rows of real clips
of Speech Commands, drawn again and again. Each check runs in a process of its own; its memory is the most
that it took besides the table.

Run: python benchmarks/audit_scale.py ../shared/data
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import polars as pl
import typer
from numpy.typing import NDArray

from unheard.audit.audit import side_by_side
from unheard.audit.catalog import all_checks
from unheard.audit.check import Material
from unheard.audit.measure import measure_corpus
from unheard.audit.target import Target
from unheard.corpus.importing import load_corpus
from unheard.corpus.table import Corpus

READ_AUDIO = {"quality", "identical", "near-duplicates", "contradictions", "duplicates-across-splits"}
Ints = NDArray[np.int64]
NUM_REAL = 400  # clips whose measurements are drawn from
NUM_SPEAKERS, NUM_LABELS, NUM_WORDS = 10_000, 35, 5_000
TARGET = Target(snr_db=(0, 30), level_dbfs=(-40, -10), min_speakers_per_label=100)


def run(
    data: Annotated[Path, typer.Argument(help="The folder of real recordings.")],
    rows: Annotated[list[int], typer.Option(help="Utterances; repeatable.")] = [100_000, 1_000_000],  # noqa: B006
    only: Annotated[list[str] | None, typer.Option(help="Checks to run; repeatable.")] = None,
    json_out: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Measure every check at every size."""
    names = only or [
        name for name, check in all_checks().items() if not check.opt_in and name not in READ_AUDIO
    ]
    found = {name: {size: _measure(data, size, name) for size in rows} for name in names}
    if json_out:
        print(json.dumps(found, indent=2))
        return
    print("| check |" + "".join(f" {size:,} rows: s | MB | findings |" for size in rows))
    print("|---|" + "---:|---:|---:|" * len(rows))
    for name, by_size in found.items():
        cells = "".join(f" {x['s']:.1f} | {x['mb']:.0f} | {x['findings']:,} |" for x in by_size.values())
        print(f"| {name} |{cells}")


def _measure(data: Path, num_rows: int, name: str) -> dict[str, float]:
    """Seconds, megabytes and findings of one check, from a process of its own."""
    table = _table(data, num_rows)
    done = subprocess.run(
        [sys.executable, __file__, str(table), name], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{name}, {num_rows:,} rows: {done.stderr[-1500:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _run_one(table: Path, name: str) -> None:
    """In the process of a check: its figures as JSON."""
    measured = pl.read_parquet(table)
    frame = measured.drop([name for name in measured.columns if name.startswith("measured:")])
    corpus = Corpus(frame)
    sound = measured.select(pl.col("^measured:.*$").name.map(lambda name: name.removeprefix("measured:")))
    material = Material(corpus, side_by_side(corpus.utterances, sound), target=TARGET)
    check = all_checks()[name]
    before_mb = _memory_mb("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew (Linux)
    started = time.perf_counter()
    result = check.run(material)
    seconds = time.perf_counter() - started
    print(json.dumps({"s": seconds, "mb": _memory_mb("VmHWM") - before_mb, "findings": len(result.findings)}))


def _memory_mb(name: str) -> float:
    """Memory of this process: now ("VmRSS") or at most ("VmHWM")."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith(name))


def _table(data: Path, num_rows: int) -> Path:
    """A made-up corpus, side by side with real measurements, as a file; made once a size."""
    path = Path(tempfile.gettempdir()) / f"audit-scale-{num_rows}.parquet"
    if not path.exists():
        random = np.random.default_rng(0)
        real = _real_measurements(data)
        drawn = real[random.integers(0, real.height, num_rows)]
        made = make_frame(num_rows, random).with_columns(
            duration_s=drawn["measured:decoded_s"].cast(pl.Float64)
        )
        made.hstack(drawn).write_parquet(path)
    return path


def _real_measurements(data: Path) -> pl.DataFrame:
    corpus = load_corpus(data / "speech_commands")
    some = corpus.utterances.sample(NUM_REAL, seed=0)
    measured = measure_corpus(Corpus(some)).frame
    return measured.rename({name: f"measured:{name}" for name in measured.columns})


def make_frame(num_rows: int, random: np.random.Generator) -> pl.DataFrame:
    """A table with everything that checks look at: 35 labels, 10,000 speakers, texts, three annotators."""
    speaker, label = random.integers(0, NUM_SPEAKERS, num_rows), random.integers(0, NUM_LABELS, num_rows)
    of_speaker = {
        "gender": np.array(["female", "male", "other"])[random.choice(3, NUM_SPEAKERS, p=[0.48, 0.48, 0.04])],
        "accent": np.array([f"accent{n}" for n in range(12)])[random.integers(0, 12, NUM_SPEAKERS)],
        "device": np.array(["phone", "laptop", "headset"])[random.integers(0, 3, NUM_SPEAKERS)],
        "split": np.repeat(["train", "validation", "test"], [8000, 1000, 1000]),
    }
    names = np.array([f"word{number}" for number in range(NUM_LABELS)])
    rows = pl.int_range(num_rows, eager=True).cast(pl.String)
    said = {f"annotation_{who}": names[_misheard(label, right, random)] for who, right in _ANNOTATORS.items()}
    return pl.DataFrame(
        {
            "id": "u" + rows,
            "path": "/recordings/" + rows + ".flac",
            "sample_rate": pl.repeat(16_000, num_rows, eager=True),
            "label": names[label],
            "text": _texts(num_rows, random),
            "speaker": pl.Series([f"s{number}" for number in range(NUM_SPEAKERS)]).gather(speaker),
            "session": pl.Series([f"v{number}" for number in range(3 * NUM_SPEAKERS)]).gather(
                3 * speaker + random.integers(0, 3, num_rows)
            ),
            "age": random.integers(18, 80, NUM_SPEAKERS)[speaker],
            "recorded_at": pl.Series(_DAYS).gather(random.integers(0, len(_DAYS), num_rows)),
            **{column: values[speaker] for column, values in of_speaker.items()},
            **said,
        }
    )


_ANNOTATORS = {"anna": 0.97, "ben": 0.95, "cleo": 0.9}
_DAYS = [f"2024-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)]


def _misheard(label: Ints, right: float, random: np.random.Generator) -> Ints:
    other = (label + random.integers(1, NUM_LABELS, len(label))) % NUM_LABELS
    return np.where(random.random(len(label)) < right, label, other)


def _texts(num_rows: int, random: np.random.Generator) -> pl.Series:
    """Two words each, their frequencies by Zipf's law."""
    letters = random.integers(ord("a"), ord("z") + 1, (NUM_WORDS, 7)).astype(np.uint8)
    words = pl.Series([row.tobytes().decode() for row in letters])
    frequency = 1 / np.arange(1, NUM_WORDS + 1)
    drawn = random.choice(NUM_WORDS, (num_rows, 2), p=frequency / frequency.sum())
    columns = [words.gather(drawn[:, place]).alias(str(place)) for place in range(2)]
    return pl.DataFrame(columns).select(pl.concat_str(pl.all(), separator=" ")).to_series()


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1].endswith(".parquet"):
        _run_one(Path(sys.argv[1]), sys.argv[2])
    else:
        typer.run(run)
