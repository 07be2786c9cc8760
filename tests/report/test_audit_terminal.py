import io

import pytest
from rich.console import Console

from unheard.report.audit_terminal import NUM_BLOCKING, NUM_GAPS, audit_view


def printed(audit, width=100):
    console = Console(file=io.StringIO(), width=width)
    console.print(audit_view(audit))
    lines = console.file.getvalue().replace("\u00a0", " ").splitlines()
    return "\n".join(line.rstrip() for line in lines)


def test_the_worst_comes_first_with_its_remedy(audit):
    text = printed(audit)
    assert text.startswith("1 finding blocks: a model trained or tested on this would mislead.")
    blocking = text.index("blocking  duplicates, utterance c0, c1: words stands in train")
    assert blocking < text.index("warning  utterance c0:") < text.index("Not judged")
    assert "  correlation 1, words words\n  → Record it again with less gain." in text
    assert "Notes only, in audit.json: gaps 2." in text


def test_of_many_findings_a_few_are_shown_and_the_rest_counted(audit):
    text = printed(audit)
    assert text.count("warning  utterance") == 2
    assert "and 18 more in audit.json" in text
    assert len(text.splitlines()) < 60


def test_checks_that_found_nothing_are_named_unless_they_judged_nothing(audit):
    text = printed(audit)
    assert "Nothing found by: hum." in text
    assert "hum: 40 utterances are too short: words." in text
    assert "quality: It broke down: RuntimeError: words" in text


def test_names_are_no_markup(builders):
    make_finding, make_outcome, make_audit, _ = builders
    odd = "[red]x[/red] [/]"
    finding = make_finding("clipping", "blocking", message=odd, subject=odd, remedy=odd, evidence={odd: odd})
    text = printed(make_audit(make_outcome(odd, finding, not_judged=(odd,), error=odd), corpus_name=odd))
    assert text.count(odd) == 10


@pytest.mark.parametrize("severity", ["blocking", "warning"])
def test_ten_thousand_findings_fit_on_two_screens(builders, severity):
    make_finding, make_outcome, make_audit, _ = builders
    rows = [make_finding("clipping", severity, f"c{row}") for row in range(10_000)]
    sentences = tuple(f"{row} utterances are too short." for row in range(30))
    text = printed(make_audit(make_outcome("clipping", *rows, not_judged=sentences)))
    assert len(text.splitlines()) < 80
    shown = NUM_BLOCKING if severity == "blocking" else 2
    assert f"and {10_000 - shown:,} more in audit.json" in text
    assert f"and {30 - NUM_GAPS} more in audit.json" in text


def test_an_audit_that_found_nothing_is_short(builders):
    _, make_outcome, make_audit, _ = builders
    assert printed(make_audit(make_outcome("clipping"))).splitlines() == [
        "Nothing wrong was found.",
        "60 utterances of 4 speakers, 1.2 min; 1 check in 83 s.",
        "Nothing found by: clipping.",
    ]
