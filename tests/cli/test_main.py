"""The command `unheard` itself: listing, errors, exit codes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import unheard
from unheard.cli.main import COMMANDS, main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    printed = capsys.readouterr()
    code = ended.value.code
    assert isinstance(code, int)
    return code, printed.out, printed.err


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A command from a module outside the package: fails by known and unknown errors, or is interrupted."""
    (tmp_path / "trouble_command.py").write_text(
        "import typer\n"
        "from unheard.errors import UsageError\n"
        "app = typer.Typer(add_completion=False)\n"
        "@app.command()\n"
        "def trouble(kind: str) -> None:\n"
        "    raise {'known': UsageError('first half,\\nsecond half.'), 'stop': KeyboardInterrupt(),\n"
        "           'bug': ZeroDivisionError('by 0'), 'extra': ModuleNotFoundError('no', name='torch.nn'),\n"
        "           'typo': ModuleNotFoundError('no', name='numpyy'),\n"
        "           'denied': PermissionError(13, 'Permission denied', '/there')}[kind]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(COMMANDS, "trouble", ("trouble_command", "Gets into trouble."))
    return "trouble"


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "--version") == (0, f"unheard {unheard.__version__}\n", "")


@pytest.mark.parametrize("arguments", [["--help"], ["-h"]])
def test_help_lists_every_command_and_imports_none(
    capsys: pytest.CaptureFixture[str], command: str, arguments: list[str]
) -> None:
    code, out, _ = run(capsys, *arguments)
    assert code == 0
    for name in COMMANDS:
        assert f" {name} " in out
    assert "Gets into trouble." in out
    assert "trouble_command" not in sys.modules


def test_no_command_is_help_and_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys)
    assert code == 2
    assert "predict" in out + err


def test_an_unknown_command_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "predcit")
    assert code == 2
    assert "No such command 'predcit'. Did you mean 'predict'?" in err


def test_a_known_error_is_one_line(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert run(capsys, command, "known") == (2, "", "unheard: first half, second half.\n")


def test_a_package_of_an_extra_that_is_missing_is_one_line(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    code, out, err = run(capsys, command, "extra")
    assert (code, out) == (2, "")
    assert err.startswith("unheard: This needs the package 'torch', which is not installed.")
    assert err.endswith("pip install 'unheard[train]'\n")
    with pytest.raises(ModuleNotFoundError):
        main([command, "typo"])


def test_what_may_not_be_written_is_one_line(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert run(capsys, command, "denied") == (2, "", "unheard: '/there': Permission denied.\n")


def test_being_stopped_is_one_line(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert run(capsys, command, "stop") == (130, "", "unheard: stopped by the user.\n")


def test_a_bug_is_not_hidden(command: str) -> None:
    with pytest.raises(ZeroDivisionError, match="by 0"):
        main([command, "bug"])


def test_a_command_has_its_own_help(capsys: pytest.CaptureFixture[str], command: str) -> None:
    code, out, _ = run(capsys, command, "--help")
    assert code == 0
    assert "unheard trouble" in out
    assert "completion" not in out
