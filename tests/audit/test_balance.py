from __future__ import annotations

from collections.abc import Callable

import pytest

from unheard.audit.balance import CHECK
from unheard.audit.check import Material

Make = Callable[..., Material]


def even(num_labels: int = 4, num_speakers: int = 12, takes: int = 2) -> dict[str, list[str]]:
    """Every speaker says every label as often."""
    pairs = [
        (f"w{label}", f"s{speaker}")
        for label in range(num_labels)
        for speaker in range(num_speakers)
        for _ in range(takes)
    ]
    labels, speakers = zip(*pairs, strict=True)
    return {"label": list(labels), "speaker": list(speakers)}


def test_an_even_corpus_is_quiet(make_material: Make) -> None:
    result = CHECK.run(make_material(**even()))

    assert (result.findings, result.judged) == ((), 96)
    assert result.not_judged == ("No clip has a split: balance between splits is not judged.",)
    assert result.facts["speakers"]["effective_speakers"] == pytest.approx(12)
    assert result.facts["by_label"][0] == {
        "label": "w0",
        "clips": 24,
        "share": 0.25,
        "speakers": 12,
        "effective_speakers": pytest.approx(12),
        "top_speaker": "s0",
        "top_speaker_share": pytest.approx(1 / 12),
    }


def test_rare_labels_are_one_finding(make_material: Make) -> None:
    columns = even(num_labels=2, takes=10)
    columns["label"] += ["rare"] * 6 + ["rarest"] * 5
    columns["speaker"] += [f"s{n}" for n in range(6)] + [f"s{n}" for n in range(5)]

    (finding,) = CHECK.run(make_material(**columns)).findings

    assert finding.message == (
        "'w0' has 120 clips, 'rarest' 5; 2 of 4 labels have less than a tenth of the most frequent."
    )
    assert finding.evidence["rarest"] == "'rarest', 'rare'"


def test_labels_of_few_speakers_are_one_finding(make_material: Make) -> None:
    columns = even()
    columns["label"] += ["lonely"] * 20
    columns["speaker"] += ["s0"] * 10 + ["s1"] * 10

    (finding,) = CHECK.run(make_material(**columns)).findings

    assert finding.message == (
        "1 of 5 labels has fewer than 5 speakers: 'lonely'; a model learns these people with the word."
    )


def test_one_speaker_with_most_of_a_label(make_material: Make) -> None:
    columns = even()
    columns["label"] += ["w1"] * 30
    columns["speaker"] += ["s3"] * 30

    (finding,) = [f for f in CHECK.run(make_material(**columns)).findings if f.subject == "labels"]

    assert finding.message == (
        "Of 1 label one speaker recorded more than half, most of all of 'w1': speaker s3 59 % of 54 clips."
    )


def test_few_speakers_are_said_once(make_material: Make) -> None:
    (finding,) = CHECK.run(make_material(**even(num_speakers=4))).findings

    assert finding.message == (
        "There are 4 speakers, by their clips effectively 4.0: what is learnt or measured here is about them."
    )


@pytest.mark.parametrize(
    ("clips", "severity", "message"),
    [
        ([60, *[4] * 20], "warning", "Speaker s0 recorded 43 % of all clips; there are 21 speakers"),
        ([50] * 5 + [2] * 40, "note", "There are 45 speakers, by their clips effectively 8."),
    ],
)
def test_speakers_with_most_clips(make_material: Make, clips: list[int], severity: str, message: str) -> None:
    speakers = [f"s{number}" for number, count in enumerate(clips) for _ in range(count)]

    (finding,) = CHECK.run(make_material(speaker=speakers)).findings

    assert finding.severity == severity
    assert finding.message.startswith(message)


def test_sentences_are_no_classes(make_material: Make) -> None:
    result = CHECK.run(
        make_material(label=[f"sentence {n}" for n in range(50)], speaker=["a"] * 25 + ["b"] * 25)
    )

    assert "50 labels: no classes whose balance could be judged." in result.not_judged


def test_what_is_not_named_is_said(make_material: Make) -> None:
    result = CHECK.run(make_material(label=["a", "b", None, "a", "b"], split=["train"] * 5))

    assert result.not_judged == (
        "5 of 5 clips (100 %) name no speaker: of how many people is unknown.",
        "1 of 5 clips (20 %) have no label.",
    )
