from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from unheard.audit.check import Material
from unheard.audit.transcripts import CHECK
from unheard.corpus.importing import import_corpus

Make = Callable[..., Material]
TEXTS = [f"this is sentence {name} of them" for name in ("one", "two", "three", "four", "five")] * 8


def test_texts_that_fit_are_quiet(make_material: Make) -> None:
    result = CHECK.run(make_material(text=TEXTS, duration_s=[2.0] * 40))

    assert (result.findings, result.judged, result.not_judged) == ((), 40, ())
    assert result.facts["letters_per_s"]["50%"] == 12


def test_labels_are_no_texts(make_material: Make) -> None:
    result = CHECK.run(make_material(text=["Turn on!", "go"] * 20, label=["turn_on", "go"] * 20))

    assert result.not_judged == ("The texts are the labels: they are judged as labels.",)
    assert CHECK.run(make_material(label=["go"])).not_judged == ("No utterance has a text.",)


def test_missing_texts_are_one_finding(make_material: Make) -> None:
    texts = [*TEXTS, None, "...", "?"]

    (finding,) = CHECK.run(make_material(text=texts, duration_s=[2.0] * 43)).findings

    assert finding.message == "3 of 43 utterances (7.0 %) have no text: 'u40', 'u41', 'u42'."


def test_two_texts_for_one_span(make_material: Make) -> None:
    paths = [f"/r/{n}.wav" for n in range(38)] + ["/r/x.wav"] * 2
    starts = [0.0] * 40
    texts = [*TEXTS[:38], "this is sentence one", "this is a sentence"]

    (finding,) = CHECK.run(
        make_material(path=paths, start_s=starts, text=texts, duration_s=[2.0] * 40)
    ).findings

    assert finding.subject == "recording /r/x.wav"
    assert finding.message == "The same span has 2 texts: 'this is a sentence', 'this is sentence one'."
    assert set(finding.utterances) == {"u38", "u39"}


def test_another_spelling_span_or_annotator_is_no_second_text(make_material: Make) -> None:
    paths = [f"/r/{n}.wav" for n in range(38)] + ["/r/x.wav"] * 2
    same = [*TEXTS[:38], "This is sentence one of them.", "this is sentence one of them"]
    different = [*TEXTS[:38], "this is sentence one of them", "this is sentence two of them"]
    common = {"path": paths, "duration_s": [2.0] * 40}

    assert CHECK.run(make_material(text=same, **common)).findings == ()
    assert CHECK.run(make_material(text=different, start_s=[0.0] * 39 + [2.0], **common)).findings == ()
    assert CHECK.run(make_material(text=different, annotator=["a", "b"] * 20, **common)).findings == ()


def test_few_texts_are_said_to_be_few(make_material: Make) -> None:
    result = CHECK.run(make_material(text=["hello there"], duration_s=[1.0]))

    assert result.not_judged == ("1 text: too few to know how fast speech is here (needs 20).",)


def test_real_transcripts_have_capitals_and_nothing_worse(data_dir: Path) -> None:
    corpus = import_corpus(data_dir / "alphanumeric")

    findings = CHECK.run(Material(corpus, corpus.utterances)).findings

    assert [finding.subject for finding in findings] == ["texts with capitals"]
