from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from unheard.audit.audit import AuditOptions, audit_corpus
from unheard.audit.catalog import MODULES, all_checks, choose_checks
from unheard.audit.check import Check, Material
from unheard.corpus.importing import import_corpus
from unheard.errors import UsageError

Make = Callable[..., Material]
LOUD_WORDS = """
from unheard.audit.check import Check
from unheard.audit.finding import CheckResult, Finding


def check_loud_words(material):
    loud = material.measured.filter(material.measured["label"].str.contains("^[A-Z]+$"))
    findings = [
        Finding("loud-words", "note", f"utterance {name}", "It shouts.", {}, "Write it small.", 1.0, (name,))
        for name in loud["id"]
    ]
    return CheckResult(tuple(findings), judged=material.measured.height)


CHECK = Check("loud-words", "labels", "labels in capitals", check_loud_words, quick=True)
"""


def install(folder: Path, entry: str, code: str = LOUD_WORDS) -> None:
    """A package as pip leaves it: a module, and a dist-info folder that names its entry point."""
    (folder / "shouting.py").write_text(code)
    info = folder / "shouting-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shouting\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[unheard.checks]\n{entry}\n")


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that packages are imported from; afterwards forgotten."""
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    sys.modules.pop("shouting", None)


def test_every_file_holds_a_check_of_its_name() -> None:
    checks = all_checks()

    assert [check.name.replace("-", "_") for check in checks.values()][: len(MODULES)] == list(MODULES)
    for name, check in checks.items():
        assert name == check.name == name.lower()
        assert check.summary == check.summary.strip(" .")
        assert len(check.summary) < 90
        assert not (check.quick and check.opt_in)


@pytest.mark.parametrize("count", [1, 3])
def test_every_check_survives_the_smallest_corpus(tmp_path: Path, count: int) -> None:
    for number in range(count):
        noise = np.random.default_rng(number).normal(0, 0.1, 8000)
        soundfile.write(tmp_path / f"{number}.wav", noise, 8000)

    audit = audit_corpus(import_corpus(tmp_path), "small", AuditOptions(num_workers=1, cache=tmp_path))

    assert {outcome.check: outcome.error for outcome in audit.outcomes if outcome.error} == {}
    assert {outcome.check for outcome in audit.outcomes if outcome.counts["blocking"]} == set()


def test_a_check_of_another_package_is_found_and_runs(packages: Path, make_material: Make) -> None:
    install(packages, "loud = shouting:CHECK")

    check = all_checks()["loud-words"]
    result = check.run(make_material(label=["yes", "NO"]))

    assert [finding.utterances for finding in result.findings] == [("u1",)]
    assert check in choose_checks((), (), (), quick=True)
    assert choose_checks(("loud-words",), (), (), quick=False) == [check]


def test_an_entry_that_is_no_check_is_named(packages: Path) -> None:
    install(packages, "loud = shouting:check_loud_words")

    with pytest.raises(
        UsageError, match=r"Entry point 'loud' of 'unheard\.checks' is a function, not a Check\."
    ):
        all_checks()


def test_a_name_is_not_taken_twice(packages: Path) -> None:
    install(packages, "loud = shouting:CHECK", LOUD_WORDS.replace('Check("loud-words"', 'Check("balance"'))

    with pytest.raises(
        UsageError, match=r"Entry point 'shouting:CHECK' adds a second check of the name 'balance'"
    ):
        all_checks()


def names(checks: list[Check]) -> set[str]:
    return {check.name for check in checks}


def test_checks_are_chosen() -> None:
    checks = all_checks()
    usual = choose_checks((), (), (), quick=False)

    assert names(usual) == {name for name, check in checks.items() if not check.opt_in}
    assert names(choose_checks((), (), (), quick=True)) == {n for n, check in checks.items() if check.quick}
    assert names(choose_checks(("balance", "cover"), (), ("cover",), quick=False)) == {"balance"}
    assert names(usual) - names(choose_checks((), (), ("duration",), quick=False)) == {"duration"}


def test_an_unknown_check_is_named_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"Unknown check 'balence'\. Did you mean 'balance'\?"):
        choose_checks((), (), ("balence",), quick=False)


def test_an_entry_that_does_not_load_is_named_with_its_reason(packages: Path) -> None:
    install(packages, "loud = shouting:CHECK", "import a_package_that_nobody_has\n")

    with pytest.raises(
        UsageError,
        match=r"Entry point 'loud' of 'unheard\.checks' \(shouting:CHECK\) does not load: "
        r"ModuleNotFoundError: .*Repair or uninstall its package\.",
    ):
        all_checks()
