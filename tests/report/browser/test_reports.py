"""Reports in a real browser: they draw, and the console stays silent."""

from unheard.report.audit_report import write_audit_report
from unheard.report.render import render_run_report, write_run_report


def test_the_report_opens_without_a_word_on_the_console(page, tmp_path, hostile_report):
    write_run_report(tmp_path / "report.html", hostile_report)
    page.open(tmp_path / "report.html")
    assert page.console == []
    assert page.number_of("section") == 9
    assert page.number_of("script") == 0


def test_an_audit_opens_without_a_word_on_the_console(page, tmp_path, hostile_audit, read):
    write_audit_report(tmp_path / "audit.html", hostile_audit, read)
    page.open(tmp_path / "audit.html")
    assert page.console == []
    assert page.number_of("section") == 4
    assert page.number_of("audio") == 9
    assert page.number_of("script") == 0


def test_a_report_that_fetches_something_would_be_noticed(page, tmp_path, report):
    html = render_run_report(report).replace("<main>", '<main><img src="http://127.0.0.1:9/x.png" alt="x">')
    (tmp_path / "report.html").write_text(html, encoding="utf-8")
    page.open(tmp_path / "report.html")
    assert any("Content Security Policy" in line for line in page.console)
