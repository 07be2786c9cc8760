"""Recordings that were cut off, emptied, overwritten or lost, as files of every format."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import soundfile
from planted.row import Row
from planted.untouched import draw_sounds

from unheard.audit.audit import side_by_side
from unheard.audit.check import Material
from unheard.audit.measure import measure_corpus
from unheard.audit.undecodable import CHECK
from unheard.corpus.importing import import_corpus
from unheard.signal.sound import Sound

FOLDERS = ("speech_commands", "wake_words", "fsdd/recordings")
NUM_EACH = 48  # clips of each of these
EVERY = 4  # one of so many is damaged: clip 0 as WAV, clip 4 as FLAC, and so on
FORMATS = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "aiff": ("AIFF", "PCM_16"),
}
COMPRESSED = ("flac", "ogg", "opus", "mp3")
Damage = Callable[[bytes], bytes | None]  # null: the file is gone


def rows(data: Path, seed: int) -> list[Row]:
    """A row for each damage, over all formats that show it."""
    sounds = draw_sounds(data, seed, NUM_EACH, FOLDERS)
    with tempfile.TemporaryDirectory() as folder:
        wholes = {path: path.read_bytes() for path in _write_all(Path(folder), sounds)}
        false = len(_found(wholes, {}, late=False))
        damaged = list(wholes)[::EVERY]
        squeezed = [path for path in damaged if path.suffix[1:] in COMPRESSED]
        return [
            _row("emptied", "0 bytes", lambda _: b"", wholes, damaged, false),
            _row(
                "overwritten",
                "by a web page",
                lambda _: b"<!DOCTYPE html><p>Gone</p>",
                wholes,
                damaged,
                false,
            ),
            _row("cut off", "half is left", lambda whole: whole[: len(whole) // 2], wholes, damaged, false),
            _row(
                "cut off",
                "5 % is gone",
                lambda whole: whole[: len(whole) * 95 // 100],
                wholes,
                damaged,
                false,
            ),
            _row("bytes lost inside", "1 % of a compressed file", _zeroed, wholes, squeezed, false),
            _row("deleted after import", "", lambda _: None, wholes, damaged, false),
        ]


def _row(
    fault: str, severity: str, damage: Damage, wholes: dict[Path, bytes], damaged: Sequence[Path], false: int
) -> Row:
    left = {path: damage(wholes[path]) for path in damaged}
    found = _found(wholes, left, late="after" in fault)
    hits = [path for path in damaged if path.name in found]
    rates = [_rate(suffix, damaged, hits) for suffix in FORMATS]
    return Row(
        CHECK.name,
        fault,
        severity,
        recall=len(hits) / len(damaged),
        num_planted=len(damaged),
        false_alarms=false / len(wholes),
        num_clean=len(wholes),
        note=", ".join(rate for rate in rates if rate),
    )


def _rate(suffix: str, damaged: Iterable[Path], hits: Iterable[Path]) -> str:
    """How many of a format were found, where some were not."""
    total, found = (sum(path.suffix[1:] == suffix for path in paths) for paths in (damaged, hits))
    return f"{suffix}: {found} of {total}" if found < total else ""


def _found(wholes: dict[Path, bytes], left: dict[Path, bytes | None], *, late: bool) -> set[str]:
    """Names of the files that the check complains of; damaged before the import, or `late`: after it."""
    for path, whole in wholes.items():
        path.write_bytes(whole)
    if not late:
        _damage(left)
    corpus = import_corpus(next(iter(wholes)).parent, max_rejected_share=1)
    if late:
        _damage(left)
    with tempfile.TemporaryDirectory() as cache:
        measured = measure_corpus(corpus, num_workers=1, folder=Path(cache))
    findings = CHECK.run(Material(corpus, side_by_side(corpus.utterances, measured.frame))).findings
    return {Path(f.subject.split(" ", 1)[1]).name for f in findings if f.subject != "corpus"}


def _damage(left: dict[Path, bytes | None]) -> None:
    for path, content in left.items():
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)


def _zeroed(whole: bytes) -> bytes:
    begin, length = len(whole) // 2, max(len(whole) // 100, 16)
    return whole[:begin] + bytes(length) + whole[begin + length :]


def _write_all(folder: Path, sounds: Sequence[Sound]) -> list[Path]:
    """The sounds in all formats, in turn."""
    paths = []
    for number, sound in enumerate(sounds):
        suffix = list(FORMATS)[number // EVERY % len(FORMATS)]
        container, subtype = FORMATS[suffix]
        paths.append(folder / f"{number}.{suffix}")
        soundfile.write(paths[-1], sound.samples, sound.sample_rate, subtype, format=container)
    return paths
