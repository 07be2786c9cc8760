import re
import time
from dataclasses import replace

import pytest

from unheard.report.audit_report import (
    NUM_OPEN,
    NUM_SHOWN,
    render_audit_report,
    view_checks,
    write_audit_report,
)


@pytest.fixture
def page(audit, read, parse):
    return parse(render_audit_report(audit, read))


def test_the_page_says_what_is_worst_and_links_to_it(audit, page):
    assert [attrs["id"] for tag, attrs in page.tags if tag == "section"] == [
        "checks", "findings", "sound", "balance",
    ]  # fmt: skip
    assert "1 finding blocks: a model trained or tested on this would mislead." in page.text
    assert "duplicates, utterance c0, c1: words stands in train and in test. certain" in page.text
    targets = {attrs["id"] for _, attrs in page.tags if "id" in attrs}
    links = [href[1:] for href in page.attributes("href") if href.startswith("#")]
    assert set(links) <= targets
    assert "check-duplicates" in links


def test_every_check_is_in_the_table_with_what_it_could_not_judge(audit, page):
    assert "2 checks could not judge everything" not in page.text
    assert "40 utterances are too short: words." in page.text
    assert "It broke down: RuntimeError: words" in page.text
    for outcome in audit.outcomes:
        assert outcome.check in page.text
        assert outcome.summary in page.text


def test_checks_come_worst_first_and_show_a_few_findings(audit, read):
    views = view_checks(audit, read)
    assert [view.outcome.check for view in views] == ["duplicates", "clipping", "gaps"]
    clipping = views[1]
    assert (len(clipping.open), len(clipping.folded)) == (NUM_OPEN, NUM_SHOWN - NUM_OPEN)
    assert clipping.num_more == 20 - NUM_SHOWN


def test_a_remedy_that_all_share_is_said_once(page):
    assert page.text.count("→ Record it again with less gain.") == 2  # duplicates, clipping
    assert page.text.count("→ Drop it.") == 1
    assert "and 8 more in audit.json" in page.text


def test_clips_can_be_seen_and_heard(page):
    pictures = [attrs for tag, attrs in page.tags if tag == "img"]
    players = [attrs for tag, attrs in page.tags if tag == "audio"]
    assert len(pictures) == len(players) == 2 + 6 + 1  # a pair; clipping up to its limit; a gap
    assert all(
        attrs["src"].startswith("data:audio/flac;base64,") and "controls" in attrs for attrs in players
    )
    assert pictures[0]["alt"] == "Spectrogram of c0: 1.00\u00a0s · 0 to 8\u00a0kHz"
    assert "yes · speaker s0 · train" in page.text


def test_nothing_is_fetched_and_no_script_runs(audit, read, page):
    html = render_audit_report(audit, read)
    assert not re.search(r"https?:|//[a-z]", html)
    for address in page.attributes("src") + page.attributes("href"):
        assert address.startswith(("data:", "#"))
    assert "script" not in {tag for tag, _ in page.tags}
    assert "url(" not in html
    assert "default-src 'none'" in page.attributes("content")[-1]


def test_hostile_names_stay_text(hostile_audit, read, parse):
    html = render_audit_report(hostile_audit, read)
    page = parse(html)
    assert "<script" not in html.lower()
    assert page.text.count("<script>alert('x')</script>") > 10
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)


def test_an_audit_that_found_nothing_has_a_page(builders, read, parse):
    _, make_outcome, make_audit, measured_clips = builders
    page = parse(render_audit_report(make_audit(make_outcome("clipping"), measured=measured_clips(0)), read))
    assert [attrs["id"] for tag, attrs in page.tags if tag == "section"] == ["checks"]
    assert "Nothing wrong was found." in page.text
    assert "every check judged everything" in page.text


def test_an_audit_without_checks_or_measurements_has_a_page(builders, read, parse):
    make_audit = builders[2]
    empty = make_audit()
    for audit in (empty, replace(empty, measured=type(empty).from_dict(empty.to_dict()).measured)):
        page = parse(render_audit_report(audit, read))
        assert "Nothing was judged." in page.text
        assert "nan" not in page.text.lower().split()


def test_clips_that_cannot_be_read_have_no_player(audit, parse):
    page = parse(render_audit_report(audit, lambda utterance: None))
    assert not [tag for tag, _ in page.tags if tag == "audio"]
    assert "3.1 % of its samples" in page.text


def test_ten_thousand_findings_are_quick_and_the_page_stays_small(builders, read):
    make_finding, make_outcome, make_audit, _ = builders
    many = [make_finding("clipping", "warning", f"c{row % 60}") for row in range(10_000)]
    audit = make_audit(*(make_outcome(f"check{place}", *many[place::20]) for place in range(20)))
    started = time.monotonic()
    html = render_audit_report(audit, read)
    assert time.monotonic() - started < 5
    assert len(html) < 5_000_000
    assert html.count("<audio") == 40


def test_the_page_is_written_whole_and_the_same_each_time(tmp_path, audit, read):
    path = tmp_path / "new" / "audit.html"
    write_audit_report(path, audit, read)
    first = path.read_bytes()
    write_audit_report(path, audit, read)
    assert path.read_bytes() == first
    assert [entry.name for entry in path.parent.iterdir()] == ["audit.html"]
