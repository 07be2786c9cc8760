import re
from dataclasses import replace
from pathlib import Path

import pytest

from unheard.report.render import pivot_splits, render_run_report, write_run_report
from unheard.report.run_report import CorpusSummary, MistakenClip, RunReport

SECTIONS = [
    "metrics", "conditions", "classes", "speakers", "calibration", "mistakes", "training", "recipe", "corpus",
]  # fmt: skip


@pytest.fixture(scope="module")
def html(report: RunReport) -> str:
    return render_run_report(report)


@pytest.fixture(scope="module")
def page(html: str, parse):
    return parse(html)


def test_every_section_is_there_and_linked(page):
    sections = [attrs["id"] for tag, attrs in page.tags if tag == "section"]
    assert sections == SECTIONS
    assert [href for href in page.attributes("href") if href.startswith("#")] == [f"#{s}" for s in SECTIONS]


def test_nothing_is_fetched_and_no_script_runs(html, page):
    assert not re.search(r"https?:|//[a-z]", html)
    for address in page.attributes("src") + page.attributes("href"):
        assert address.startswith(("data:", "#"))
    assert "script" not in {tag for tag, _ in page.tags}
    assert "url(" not in html
    assert "default-src 'none'" in page.attributes("content")[-1]


def test_numbers_are_on_the_page_with_their_units(report, page):
    assert report.headline in page.text
    assert "of accuracy to be told apart" in page.text
    assert "81.2\u00a0%" in page.text
    assert "[75.1,\u00a086.3]" in page.text
    assert "\u00a0nats" in page.text
    assert "1,234 utterances of 56 speakers, 1.5\u00a0h; 1 left out." in page.text
    assert "1,000 (50)" in page.text
    assert "Label 'no' is missing from test." in page.text
    assert "holds no samples" in page.text
    assert "min_factor" not in page.text
    assert "0.003" in page.text


def test_mistakes_can_be_seen_and_heard(page):
    (picture,) = [attrs for tag, attrs in page.tags if tag == "img"]
    (player,) = [attrs for tag, attrs in page.tags if tag == "audio"]
    assert picture["src"].startswith("data:image/png;base64,")
    assert player["src"].startswith("data:audio/flac;base64,")
    assert "controls" in player
    assert picture["alt"] == ("Spectrogram of a clip labelled yes, recognised as no: 0 to 8 kHz, 1.00 s")


def test_pictures_and_tables_have_names(page):
    for tag, attrs in page.tags:
        if tag == "svg":
            assert attrs["role"] == "img"
            assert attrs["aria-label"]
        if tag == "img":
            assert attrs["alt"]
    assert ("html", {"lang": "en"}) in page.tags


def test_hostile_names_stay_text(hostile_report, parse):
    html = render_run_report(hostile_report)
    page = parse(html)
    assert "script" not in {tag for tag, _ in page.tags}
    assert "<script" not in html.lower()
    assert "<script>alert('x')</script>" in page.text
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)


def test_what_is_empty_has_no_section(evaluation, parse):
    page = parse(render_run_report(RunReport("Bare", "today", evaluation)))
    assert [attrs["id"] for tag, attrs in page.tags if tag == "section"] == [
        "metrics", "classes", "speakers", "calibration",
    ]  # fmt: skip
    assert [href for href in page.attributes("href") if href.startswith("#")][-1] == "#calibration"


@pytest.mark.parametrize("case", ["one speaker", "few speakers", "many classes", "no errors", "no speakers"])
def test_awkward_evaluations_have_a_report(simulate, case, parse):
    evaluation = {
        "one speaker": lambda: simulate(num_speakers=1),
        "few speakers": lambda: simulate(num_speakers=5),
        "many classes": lambda: simulate(tuple(f"w{i}" for i in range(60))),
        "no errors": lambda: simulate(skill=30.0),
        "no speakers": lambda: replace(simulate(), speakers=0),
    }[case]()
    page = parse(render_run_report(RunReport(case, "today", evaluation)))
    assert "nan" not in page.text.lower().split()
    assert "None" not in page.text
    assert ("too many for a matrix" in page.text) == (case == "many classes")


def test_a_long_clip_is_cut_and_says_so(report, make_tone):
    clip = MistakenClip(make_tone(duration_s=34.0), 16_000, "yes", "no", 0.9, "s", "long.wav")
    html = render_run_report(replace(report, mistakes=(clip,)))
    assert "first 10 s of 34.0 s" in html
    short = render_run_report(replace(report, mistakes=(replace(clip, samples=clip.samples[:160_000]),)))
    assert len(html) < 1.01 * len(short)


def test_splits_become_columns_and_gaps_stay_gaps(report):
    assert isinstance(report.corpus, CorpusSummary)
    table = pivot_splits(report.corpus)
    assert table.splits == ("train", "test")
    assert table.rows == (("yes", ((1000, 50), (7, 6))), ("no", ((9, 8), None)))


def test_a_report_is_written_whole_and_the_same_each_time(tmp_path: Path, report):
    path = tmp_path / "new" / "report.html"
    write_run_report(path, report)
    first = path.read_bytes()
    write_run_report(path, report)
    assert path.read_bytes() == first
    assert [entry.name for entry in path.parent.iterdir()] == ["report.html"]
