from dataclasses import replace

import pytest

from unheard.audit.finding import Action
from unheard.report import audit_words as say
from unheard.report.words import NBSP as N


@pytest.mark.parametrize(
    ("severities", "sentence"),
    [
        (["blocking"], "1 finding blocks: a model trained or tested on this would mislead."),
        (
            ["note", "blocking", "blocking"],
            "2 findings block: a model trained or tested on this would mislead.",
        ),
        (["warning", "note"], "No finding blocks training; 1 costs accuracy or trust."),
        (["note", "note"], "Nothing wrong was found; 2 notes are worth reading."),
        ([], "Nothing wrong was found."),
    ],
)
def test_the_headline_says_the_worst(builders, severities, sentence):
    make_finding, make_outcome, make_audit, _ = builders
    findings = [make_finding("clipping", severity) for severity in severities]
    assert say.headline(make_audit(make_outcome("clipping", *findings))) == sentence


def test_nothing_judged_is_not_nothing_wrong(builders):
    _, make_outcome, make_audit, _ = builders
    assert say.headline(make_audit()) == "Nothing was judged."
    assert say.headline(make_audit(make_outcome("a", judged=0, error="broken"))) == "Nothing was judged."
    assert say.headline(make_audit(make_outcome("a", judged=0, not_judged=("x",)))) == "Nothing was judged."


def test_the_scope_names_what_was_not_judged(audit, builders):
    assert say.scope(audit) == (
        f"60 utterances of 4 speakers, 1.2{N}min; 5 checks in 83{N}s; "
        "1 check could not judge everything; 1 check broke down."
    )
    plain = builders[2](builders[1]("clipping"), speakers=0, utterances=1, hours=3.25, seconds=240.0)
    assert say.scope(plain) == f"1 utterance of speakers without names, 3.2{N}h; 1 check in 4{N}min."


def test_evidence_has_units():
    evidence = {
        "clipped_share": 0.0312,
        "longest_run_samples": 14,
        "snr_db": 12.345,
        "level_dbfs": -20.0,
        "p_value": 0.00012,
        "gap_ms": 20.0,
        "utterances": 7050,
        "upsampled": True,
        "hum_hz": None,
        "worst_db": float("nan"),
        "kind": "empty",
        "share": 0.5,
        "s": 1.5,
        "bandwidth_hz": 3999.6,
    }
    assert dict(say.evidence_items(evidence)) == {
        "clipped share": f"3.12{N}%",
        "longest run": f"14{N}samples",
        "SNR": f"12.3{N}dB",
        "level": f"-20{N}dBFS",
        "p value": "0.00012",
        "gap": f"20{N}ms",
        "utterances": "7,050",
        "upsampled": "yes",
        "hum": "–",
        "worst": "–",
        "kind": "empty",
        "share": "0.5",
        "s": "1.5",
        "bandwidth": f"4,000{N}Hz",
    }
    assert say.evidence_line({"snr_db": 1.0, "kind": "x"}) == f"SNR 1{N}dB, kind x"


def test_sureness_rounds_to_certain_only_near_one():
    assert [say.sureness(value) for value in (0.0, 0.984, 0.994, 0.995, 1.0)] == [
        f"0{N}% sure", f"98{N}% sure", f"99{N}% sure", "certain", "certain",
    ]  # fmt: skip


def test_durations_are_as_exact_as_they_need_be():
    assert [say.seconds(value) for value in (0.04, 9.94, 42.3, 99.4, 240)] == [
        f"0.0{N}s", f"9.9{N}s", f"42{N}s", f"99{N}s", f"4{N}min",
    ]  # fmt: skip


def test_what_a_repair_does_counts_each_utterance_once(builders):
    make_finding = builders[0]
    sure, twice = Action("drop", "a", sure=True), Action("trim", "a", sure=True, start_s=0.1, duration_s=1.0)
    open_ = [Action("drop", name, sure=False) for name in "bc"]
    assert say.repairs([make_finding(actions=(sure, twice)), make_finding(actions=tuple(open_))]) == (
        "unheard audit --fix repairs 1 utterance and lists 2 utterances for review."
    )
    assert say.repairs([make_finding()]) == ""


def test_a_remedy_is_shared_by_several_only(builders):
    one = builders[0]()
    assert say.shared_remedy([one, one]) == one.remedy
    assert say.shared_remedy([one]) == ""
    assert say.shared_remedy([one, replace(one, remedy="Other.")]) == ""


def test_points_and_accuracies_have_units():
    said = say.evidence_items({"lost_points": 3.21, "new_accuracy": 0.886})
    assert [(name, value.replace("\u00a0", " ")) for name, value in said] == [
        ("lost", "3.21 points"),
        ("new accuracy", "88.6 %"),
    ]
