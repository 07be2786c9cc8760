"""Folders of tiny recordings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from unheard.signal.audio_file import write_audio

MakeFolder = Callable[..., Path]


@pytest.fixture
def make_folder(tmp_path: Path) -> MakeFolder:
    """A folder of recordings (0.1 s at 8 kHz, each different) and texts: `make_folder("a/b.wav", ...)`."""

    def make(*names: str, texts: dict[str, str] | None = None, root: str = "recordings") -> Path:
        folder = tmp_path / root
        folder.mkdir(exist_ok=True)
        for number, name in enumerate(names):
            write_audio(folder / name, np.full(800, number / 100, np.float32), 8000)
        for name, text in (texts or {}).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
        return folder

    return make
