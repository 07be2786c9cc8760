"""Seconds and memory of the signal and duplicate audit, next to what a user would take instead.

The peers run as their own commands, in an environment of their own, on the same clips, one after the other on
the same cores; each is asked for what it does of the same work: signal checks and duplicates, no transcripts.
Every program keeps nothing from before, but what numba compiled.

    python -m venv peers && peers/bin/pip install audio-data-quality-toolkit==0.2.0 wavewash==0.1.0a1

Run: python benchmarks/audit_speed.py ../shared/data/speech_commands --peers peers/bin --clips 300
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import soundfile
import typer

TOPICS_LEFT_OUT = ("labels", "volume", "shortcuts")  # no peer has them


@dataclass(frozen=True)
class Timing:
    """One program on the same clips."""

    program: str
    clips: int
    seconds: float
    cpu_seconds: float
    peak_mb: float  # of all its processes together


def run(
    corpus: Annotated[Path, typer.Argument(help="Folder of recordings.")],
    peers: Annotated[Path | None, typer.Option(help="bin/ of the peers' environment.")] = None,
    clips: Annotated[int, typer.Option(help="Clips drawn at random; 0: all, without peers.")] = 300,
    seed: Annotated[int, typer.Option(help="Decides which.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Time our audit, then the peers."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        chosen = _draw(corpus, folder / "clips", clips, seed) if clips else corpus
        count = sum(1 for path in chosen.rglob("*.*") if path.suffix in (".wav", ".flac"))
        timings = [_time("unheard", _ours(chosen, folder), count, folder)]
        if peers is not None and clips:
            warm = _draw(corpus, folder / "warm", 4, seed + 1)  # numba compiles once: not timed
            for name, command in _theirs(peers, warm, folder):
                _time(name, command, 4, folder)
            commands = _theirs(peers, chosen, folder)
            timings += [_time(name, command, count, folder) for name, command in commands]
    if as_json:
        print(json.dumps([asdict(timing) for timing in timings], indent=1))
        return
    print("| program | clips | seconds | CPU seconds | peak MB | times ours |")
    print("|---|---:|---:|---:|---:|---:|")
    for timing in timings:
        ratio = timing.seconds / timings[0].seconds
        print(
            f"| {timing.program} | {timing.clips:,} | {timing.seconds:.1f} | {timing.cpu_seconds:.1f} | "
            f"{timing.peak_mb:.0f} | {ratio:.1f} |"
        )


def _draw(corpus: Path, target: Path, clips: int, seed: int) -> Path:
    """WAV copies of clips in one folder, with their label in the name: what all programs take."""
    target.mkdir()
    found = sorted(path for path in corpus.rglob("*.flac") if not path.parent.name.startswith("_"))
    for path in random.Random(seed).sample(found, min(clips, len(found))):
        soundfile.write(target / f"{path.parent.name}_{path.stem}.wav", *soundfile.read(path, dtype="int16"))
    return target


def _ours(chosen: Path, folder: Path) -> list[str]:
    from unheard.audit.catalog import all_checks

    left_out = [name for name, check in all_checks().items() if check.topic in TOPICS_LEFT_OUT]
    skips = [argument for name in left_out for argument in ("--skip", name)]
    return [
        *(sys.executable, "-m", "unheard.cli.main", "audit", str(chosen)),
        *("--out", str(folder / "audit"), *skips),
    ]


def _theirs(peers: Path, chosen: Path, folder: Path) -> list[tuple[str, list[str]]]:
    # one worker, as it comes: with two, numba ended in a segmentation fault
    quality = [str(peers / "audio-qa"), str(chosen), "--csv", str(folder / "qa.csv"), "--workers", "1"]
    folders = [
        argument
        for name in ("output", "error-dir", "dupes-dir", "log-dir")
        for argument in (f"--{name}", str(folder / f"wavewash-{name}"))
    ]
    wash = [
        *(str(peers / "wavewash"), "run", "--input", str(chosen), *folders),
        *("--purpose", "asr", "--dry-run", "--no-diversity-report", "--review-sample-size", "0"),
    ]
    return [("audio-data-quality-toolkit 0.2.0", quality), ("wavewash 0.1.0a1", wash)]


def _time(name: str, command: Sequence[str], clips: int, folder: Path) -> Timing:
    """Run a command with an empty cache; the exit code 1 means that it found something."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    cache = {"UNHEARD_CACHE": str(folder / "cache"), "NUMBA_CACHE_DIR": str(folder / "numba")}
    peak_mb = 0.0
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env=os.environ | cache, start_new_session=True
        )
        while process.poll() is None:
            peak_mb = max(peak_mb, _group_mb(process.pid))
            time.sleep(0.2)
    seconds = time.monotonic() - started
    if process.returncode not in (0, 1):
        tail = (folder / "log.txt").read_text()[-500:]
        raise SystemExit(f"{name} ended with code {process.returncode}: {tail}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Timing(name, clips, seconds, cpu, peak_mb)


def _group_mb(leader: int) -> float:
    """Memory of a program and its workers; pages that they share count once (Linux)."""
    total_kb = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) == leader:
                rollup = (folder / "smaps_rollup").read_text()
                total_kb += int(rollup.split("Pss:")[1].split()[0])
        except (OSError, IndexError):  # it ended meanwhile
            continue
    return total_kb / 1024


if __name__ == "__main__":
    typer.run(run)
