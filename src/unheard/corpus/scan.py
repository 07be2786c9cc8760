"""Which files a folder holds: recordings, noise recordings, and the rest (lists, tables, transcripts)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

DECODABLE = (
    *(".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".aifc"),
    *(".au", ".snd", ".caf", ".w64", ".rf64", ".sph", ".nist"),
)
# audio that libsndfile does not decode: listed, so that it is rejected with a reason and not overlooked
UNDECODABLE = (".m4a", ".aac", ".wma", ".webm", ".amr", ".3gp", ".ac3", ".ape", ".wv")
NOISE_FOLDERS = {"_background_noise_", "_noise_"}


@dataclass(frozen=True)
class Listing:
    """What a folder holds, as sorted paths relative to it, with '/'. Hidden files are not listed."""

    root: Path  # absolute
    recordings: tuple[str, ...]  # files with the name of an audio file, outside noise folders
    noise: tuple[str, ...]  # the same, inside a folder of `NOISE_FOLDERS`
    others: tuple[str, ...]
    unnameable: tuple[str, ...]  # recordings whose names are not UTF-8
    empty_folders: tuple[str, ...] = ()  # those that hold nothing, not even a folder


def scan_folder(root: Path) -> Listing:
    """List a folder and all below it, links followed."""
    root = Path(os.path.abspath(root))
    found = list(_found_below(root))
    names = sorted(name for name, is_folder in found if not is_folder)
    usable = [name for name in names if _is_utf8(name)]
    audio = [name for name in usable if is_audio_name(name)]
    return Listing(
        root=root,
        recordings=tuple(name for name in audio if not is_noise(name)),
        noise=tuple(name for name in audio if is_noise(name)),
        others=tuple(name for name in usable if not is_audio_name(name)),
        unnameable=tuple(name for name in names if not _is_utf8(name) and is_audio_name(name)),
        empty_folders=tuple(sorted(name for name, is_folder in found if is_folder and _is_utf8(name))),
    )


def is_audio_name(name: str) -> bool:
    """Whether a file is named like audio."""
    return os.path.splitext(name)[1].lower() in (*DECODABLE, *UNDECODABLE)


def is_noise(name: str) -> bool:
    """Whether a relative path leads through a noise folder."""
    return not NOISE_FOLDERS.isdisjoint(PurePosixPath(name).parts[:-1])


def _found_below(root: Path) -> Iterator[tuple[str, bool]]:
    """Relative paths of files (False) and of folders that hold nothing (True).

    A folder that is reached a second time through a link is not entered again.
    """
    entered: set[str] = set()
    for folder, subfolders, files in os.walk(root, followlinks=True):
        entered.add(os.path.realpath(folder))
        visible = [name for name in subfolders if not _is_hidden(name)]
        subfolders[:] = [name for name in visible if _is_new(folder, name, entered)]
        inside = Path(folder).relative_to(root)
        names = [name for name in files if not _is_hidden(name)]
        yield from (((inside / name).as_posix(), False) for name in names)
        if not names and not visible and inside.parts:
            yield inside.as_posix(), True


def _is_new(folder: str, name: str, entered: set[str]) -> bool:
    path = os.path.join(folder, name)
    return not os.path.islink(path) or os.path.realpath(path) not in entered


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def _is_utf8(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
