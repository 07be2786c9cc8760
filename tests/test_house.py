"""The house stands: light imports, stairs, help, examples in the pages, and what `make` runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.core import TyperGroup
from typer.testing import CliRunner

import unheard
from unheard.cli.main import COMMANDS, LazyCommand, app
from unheard.signal.audio_file import write_audio

REPOSITORY = Path(__file__).resolve().parents[1]
HEAVY = ("numpy", "scipy", "polars", "onnxruntime", "sklearn", "torch", "lightning", "pydantic", "soundfile")


def run(*command: object, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False, **options
    )


def imported_by(code: str) -> set[str]:
    """Heavy packages that a fresh interpreter has imported after this code."""
    report = f"print('imported', *[name for name in {HEAVY} if name in sys.modules])"
    lines = f"import atexit, sys\natexit.register(lambda: {report})\n{code}"
    done = run(sys.executable, "-c", lines)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split()[1:])


def runnable(name: str) -> list[tuple[str, ...]]:
    """Words of a command, or of each of its subcommands."""
    command = LazyCommand(name, *COMMANDS[name]).load()
    return [(name, sub) for sub in command.commands] if isinstance(command, TyperGroup) else [(name,)]


def copy_of_package(folder: Path) -> Path:
    """The package and its configuration elsewhere, to plant a fault in."""
    shutil.copytree(REPOSITORY / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", folder)
    return folder / "src" / "unheard"


def check_stairs(folder: Path) -> subprocess.CompletedProcess[str]:
    script = Path(sys.executable).with_name("lint-imports")
    environment = os.environ | {"PYTHONPATH": str(folder / "src")}
    return run(script, "--no-cache", cwd=folder, env=environment)


def test_the_version_is_one() -> None:
    assert metadata.version("unheard") == unheard.__version__
    assert f"## [{unheard.__version__}]" in (REPOSITORY / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.parametrize(
    "code",
    [
        "import unheard",
        "from unheard.cli.main import main; main(['--version'])",
        "from unheard.cli.main import main; main(['--help'])",
    ],
)
def test_nothing_heavy_is_imported_to_start(code: str) -> None:
    assert imported_by(code) == set()


def test_heavy_imports_would_be_seen() -> None:
    assert imported_by("import unheard.signal.audio_file") >= {"numpy", "soundfile"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    for words in runnable(name):
        done = CliRunner().invoke(app, [*words, "--help"])
        assert done.exit_code == 0
        assert re.search(rf"Examples?: unheard {' '.join(words)}\b", " ".join(done.stdout.split()))
        assert "completion" not in done.stdout


def test_every_room_has_its_stair() -> None:
    contracts = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    stairs = {name for layer in contracts[0]["layers"] for name in layer.split(" | ")}
    inside = [path for path in (REPOSITORY / "src" / "unheard").iterdir() if not path.name.startswith("_")]
    rooms = {f"unheard.{path.stem}" for path in inside if path.is_dir() or path.suffix == ".py"}
    assert rooms == stairs


def test_the_stairs_hold(tmp_path: Path) -> None:
    copy_of_package(tmp_path)
    done = check_stairs(tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "fault", "message"),
    [
        ("signal/level.py", "import unheard.corpus.table", "unheard.signal.level -> unheard.corpus.table"),
        ("runtime/windows.py", "import torch", "unheard.runtime.windows -> torch"),
    ],
)
def test_a_step_up_the_stairs_is_found(tmp_path: Path, file: str, fault: str, message: str) -> None:
    package = copy_of_package(tmp_path)
    (package / file).write_text(f"{(package / file).read_text('utf-8')}\n{fault}\n", "utf-8")
    done = check_stairs(tmp_path)
    assert done.returncode == 1
    assert message in " ".join(done.stdout.split())


def check_examples(*pages: Path) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, REPOSITORY / "scripts" / "check_examples.py", *pages)


def test_examples_in_the_pages_can_be_run() -> None:
    done = check_examples(REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("language", "code", "problem"),
    [
        ("sh", "unheard preditc model clip.wav", "there is no command 'preditc'"),
        ("sh", "unheard corpus inspect folder", "there is no command 'inspect'"),
        ("sh", "unheard predict model \\\n  clip.wav --jsno", "there is no option '--jsno'"),
        ("sh", "make demmo DATA=x", "the Makefile has no target 'demmo'"),
        ("sh", "scripts/tset", "there is no scripts/tset"),
        (
            "python",
            "from unheard.units import nought",
            "from unheard.units import nought: there is no such name",
        ),
    ],
)
def test_an_example_that_cannot_be_run_is_found(
    tmp_path: Path, language: str, code: str, problem: str
) -> None:
    page = tmp_path / "PAGE.md"
    page.write_text(f"# Page\n\n```{language}\n{code}\n```\n")
    done = check_examples(page)
    assert done.returncode == 1
    assert problem in done.stdout


def test_the_python_example_of_the_readme_runs(
    tone_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (REPOSITORY / "README.md").read_text("utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(tone_bundle, tmp_path / "runs" / "first")
    tone = 0.9 * np.sin(2 * np.pi * 500 * np.arange(4000) / 8000)
    write_audio(tmp_path / "clip.wav", tone.astype(np.float32), 8000)
    exec(code, {})
    assert capsys.readouterr().out.startswith("low 0.99")


def test_make_passes_on_what_the_demo_is_given() -> None:
    done = run(
        "make", "--dry-run", "--assume-old=.venv/.ready", "demo", "DATA=my clips", "SEED=3", cwd=REPOSITORY
    )
    assert '.venv/bin/unheard demo --data "my clips" --seed "3"' in done.stdout


@pytest.mark.parametrize("script", ["scripts/test", "scripts/check", ".ci/run"])
def test_scripts_can_be_run_and_are_strict(script: str) -> None:
    path = REPOSITORY / script
    assert os.access(path, os.X_OK)
    assert "set -euo pipefail" in path.read_text()
    assert run("bash", "-n", path).returncode == 0
