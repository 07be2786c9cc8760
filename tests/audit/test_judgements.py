from __future__ import annotations

from collections.abc import Callable

from unheard.audit.check import Material
from unheard.audit.judgements import Judgements, read_judgements

Make = Callable[..., Material]


def triples(judgements: Judgements) -> set[tuple[str, str, str]]:
    """(utterance, annotator, label) of a table where each clip is one utterance."""
    names = judgements.utterances["id"]
    return {
        (names[clip], judgements.annotators[who], judgements.labels[label])
        for clip, who, label in judgements.frame.iter_rows()
    }


def test_a_column_for_each_annotator(make_material: Make) -> None:
    material = make_material(
        label=["yes", "no", None],
        annotation_anna=["yes", " yes ", None],
        annotation_ben=["yes", "", "no"],
        take=[1, 2, 3],
    )

    judgements = read_judgements(material.measured)

    assert judgements is not None
    assert triples(judgements) == {
        ("u0", "anna", "yes"),
        ("u0", "ben", "yes"),
        ("u1", "anna", "yes"),
        ("u2", "ben", "no"),
    }
    assert judgements.utterances["label"].to_list() == ["yes", "no", None]


def test_labels_may_be_numbers(make_material: Make) -> None:
    judgements = read_judgements(make_material(annotation_1=[3, 4], annotation_2=[3, None]).measured)

    assert judgements is not None
    assert triples(judgements) == {("u0", "1", "3"), ("u0", "2", "3"), ("u1", "1", "4")}


def test_a_row_for_each_judgement(make_material: Make) -> None:
    material = make_material(
        path=["/r/a.wav", "/r/a.wav", "/r/a.wav", "/r/b.wav"],
        start_s=[0.0, 0.0002, 1.0, 0.0],
        annotator=["anna", "ben", "anna", None],
        label=["yes", "no", "yes", "go"],
    )

    judgements = read_judgements(material.measured)

    assert judgements is not None
    clips = judgements.utterances["clip"].to_list()
    assert clips[0] == clips[1]
    assert len(set(clips)) == 3
    assert judgements.frame["clip"].to_list() == clips[:3]
    assert judgements.annotators == ("anna", "ben")
    assert judgements.labels == ("no", "yes")


def test_no_annotators_no_judgements(make_material: Make) -> None:
    assert read_judgements(make_material(label=["yes"]).measured) is None
    assert read_judgements(make_material(label=["yes"], annotator=[None]).measured) is None
