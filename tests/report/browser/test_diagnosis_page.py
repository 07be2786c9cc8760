"""The diagnosis in a real browser: silent, whole, and no wider than its window."""

from __future__ import annotations

import pytest

from unheard.report.diagnosis_report import write_diagnosis_report

WIDER = (
    "[...document.body.querySelectorAll('*')].filter((one) => !one.closest('.scroll, svg') && "
    "one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML.slice(0, 80))"
)


@pytest.fixture
def html(tmp_path, diagnosis, steps_of):
    write_diagnosis_report(tmp_path / "diagnosis.html", diagnosis, steps_of(diagnosis))
    return tmp_path / "diagnosis.html"


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, False), (390, True)])
def test_it_fits_its_window(page, html, width, dark):
    page.show(width, dark=dark)
    page.open(html)
    assert page.console == []
    assert page.run(WIDER) == []
    assert page.run("document.documentElement.scrollWidth <= innerWidth")
    assert page.run("[...document.querySelectorAll('.way svg')].filter((one) => one.clientWidth).length") == 1


def test_all_pictures_are_drawn(page, html):
    page.show(1280)
    page.open(html)
    assert page.run("[...document.images].every((one) => one.complete && one.naturalWidth > 0)")
    assert page.number_of("script") == 0
    assert page.run(
        "[...document.querySelectorAll('main svg')].every("
        "(one) => one.getBBox().width > 0 || !one.clientWidth)"
    )
