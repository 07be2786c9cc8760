"""The report in a real browser: it draws, and the console stays silent."""

import shutil
import subprocess
from pathlib import Path

import pytest

from unheard.report.audit_report import write_audit_report
from unheard.report.render import render_run_report, write_run_report

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--enable-logging=stderr",
    "--dump-dom",
)


@pytest.fixture(scope="module")
def browser() -> str:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser to open the report in; looked for {', '.join(BROWSERS)}")
    return found


def open_page(browser: str, page: Path, profile: Path) -> tuple[str, list[str]]:
    """The page as the browser understood it, and what its console says."""
    command = [browser, *QUIET, f"--user-data-dir={profile}", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def test_the_report_opens_without_a_word_on_the_console(browser, tmp_path, hostile_report):
    write_run_report(tmp_path / "report.html", hostile_report)
    dom, console = open_page(browser, tmp_path / "report.html", tmp_path / "profile")
    assert console == []
    assert dom.count("<section") == 9
    assert "<script" not in dom


def test_an_audit_opens_without_a_word_on_the_console(browser, tmp_path, hostile_audit, read):
    write_audit_report(tmp_path / "audit.html", hostile_audit, read)
    dom, console = open_page(browser, tmp_path / "audit.html", tmp_path / "profile")
    assert console == []
    assert dom.count("<section") == 4
    assert dom.count("<audio") == 9
    assert "<script" not in dom


def test_a_report_that_fetches_something_would_be_noticed(browser, tmp_path, report):
    html = render_run_report(report).replace("<main>", '<main><img src="http://127.0.0.1:9/x.png" alt="x">')
    (tmp_path / "report.html").write_text(html, encoding="utf-8")
    _, console = open_page(browser, tmp_path / "report.html", tmp_path / "profile")
    assert any("Content Security Policy" in line for line in console)
