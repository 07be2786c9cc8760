"""Fixtures shared by all rooms."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of real recordings; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("UNHEARD_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"real recordings: no folder {folder}; set UNHEARD_DATA to have this test run")
    return folder
