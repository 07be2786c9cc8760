from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from unheard.corpus.scan import is_audio_name, scan_folder


def test_recordings_noise_and_the_rest_are_told_apart(make_folder) -> None:
    folder = make_folder(
        "yes/b.wav",
        "yes/A.flac",
        "_background_noise_/hum.wav",
        "deep/_noise_/fan.flac",
        texts={"README.md": "", "yes/list.txt": "", "yes/voice.M4A": "", "cover.jpg": ""},
    )

    listing = scan_folder(folder)

    assert listing.recordings == ("yes/A.flac", "yes/b.wav", "yes/voice.M4A")
    assert listing.noise == ("_background_noise_/hum.wav", "deep/_noise_/fan.flac")
    assert listing.others == ("README.md", "cover.jpg", "yes/list.txt")


def test_hidden_files_are_not_seen(make_folder) -> None:
    folder = make_folder("a.wav", ".hidden/b.wav", "__MACOSX/c.wav", texts={"._a.wav": "", ".DS_Store": ""})

    listing = scan_folder(folder)

    assert listing.recordings == ("a.wav",)
    assert listing.others == ()


def test_empty_folders_are_the_innermost_that_hold_nothing(make_folder) -> None:
    folder = make_folder("yes/a.wav", texts={"notes/of.txt": "", "no/.gitkeep": ""})
    (folder / "left/deep/er").mkdir(parents=True)
    (folder / ".hidden/empty").mkdir(parents=True)

    assert scan_folder(folder).empty_folders == ("left/deep/er", "no")
    (folder / "left/deep/er/b.wav").touch()
    assert scan_folder(folder).empty_folders == ("no",)


def test_links_are_followed_and_circles_end(make_folder) -> None:
    folder = make_folder("yes/a.wav")
    elsewhere = make_folder("b.wav", root="elsewhere")
    (folder / "no").symlink_to(elsewhere)
    (folder / "yes/link.wav").symlink_to(elsewhere / "b.wav")
    (folder / "yes/round").symlink_to(folder)

    assert scan_folder(folder).recordings == ("no/b.wav", "yes/a.wav", "yes/link.wav")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not allow such names")
def test_a_name_that_is_not_utf8_is_kept_apart(make_folder) -> None:
    folder = make_folder("a.wav")
    os.rename(os.fsencode(folder / "a.wav"), os.fsencode(folder) + b"/\xff.wav")

    listing = scan_folder(folder)

    assert listing.recordings == ()
    assert len(listing.unnameable) == 1


def test_the_root_may_be_relative(make_folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_folder("a.wav")
    monkeypatch.chdir(folder.parent)

    assert scan_folder(Path(folder.name)).root == folder


@pytest.mark.parametrize(
    ("name", "is_audio"),
    [("a.WAV", True), ("a.mp3", True), ("a.webm", True), ("wav", False), ("a.txt", False)],
)
def test_names_of_audio_files(name: str, is_audio: bool) -> None:
    assert is_audio_name(name) is is_audio
