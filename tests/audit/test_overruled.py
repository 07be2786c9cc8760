from __future__ import annotations

from collections.abc import Callable, Sequence

from unheard.audit.annotators import CHECK
from unheard.audit.check import Material
from unheard.audit.finding import Finding

Make = Callable[..., Material]
Judged = Callable[..., dict[str, list[str]]]


def about(findings: Sequence[Finding], subject: str) -> list[Finding]:
    return [finding for finding in findings if finding.subject.startswith(subject)]


def test_a_wrong_label_is_overruled(make_material: Make, judged: Judged) -> None:
    columns = judged({"a": 0.97, "b": 0.97, "c": 0.97}, 300)
    columns["label"][7] = "up"
    for name in "abc":
        columns[f"annotation_{name}"][7] = "down"

    found = [f for f in CHECK.run(make_material(**columns)).findings if f.utterances == ("u7",)]

    (finding,) = found
    assert finding.message.startswith(
        "It is labelled 'up'; 3 of 3 judgements and the consensus say 'down' (100 %"
    )
    assert [(a.kind, a.label, a.sure) for a in finding.actions] == [("relabel", "down", False)]
    assert finding.confidence > 0.99


def test_clips_without_consensus_are_listed(make_material: Make, judged: Judged) -> None:
    columns = judged({"a": 1.0, "b": 1.0}, 100)
    columns["annotation_a"][3], columns["annotation_b"][3] = "yes", "no"

    result = CHECK.run(make_material(**columns))

    (finding,) = result.findings
    assert finding.message == "The annotators do not agree what it is: 'no', 'yes'."
    assert finding.utterances == ("u3",)
    assert result.not_judged == ("Two annotators: which of them is wrong where they differ cannot be told.",)


def test_a_corpus_without_consensus_is_said_once(make_material: Make) -> None:
    result = CHECK.run(make_material(annotation_a=["yes", "no"] * 50, annotation_b=["no", "yes"] * 50))

    mostly = about(result.findings, "corpus")[-1]
    assert mostly.message == "On 100 of 100 clips (100 %) the annotators come to no consensus."


def test_clips_without_label_get_that_of_the_consensus(make_material: Make, judged: Judged) -> None:
    columns = judged({"a": 0.99, "b": 0.99, "c": 0.99}, 100)
    said, columns["label"] = columns["annotation_a"], [None] * 100  # type: ignore[list-item]

    finding = about(CHECK.run(make_material(**columns)).findings, "corpus")[-1]

    assert finding.message == f"{len(finding.utterances)} clips without a label have a sure consensus."
    assert finding.actions[0].label == said[int(finding.actions[0].utterance[1:])]


def test_rows_of_judgements_are_relabelled_by_their_clip(make_material: Make, judged: Judged) -> None:
    columns = judged({"a": 0.97, "b": 0.97, "c": 0.97}, 100)
    rows = {
        "path": [f"/r/{clip}.wav" for clip in range(100) for _ in "abc"],
        "annotator": ["a", "b", "c"] * 100,
        "label": [columns[f"annotation_{who}"][clip] for clip in range(100) for who in "abc"],
    }
    rows["label"][30:33] = ["yes", "yes", "go"]

    found = [f for f in CHECK.run(make_material(**rows)).findings if f.utterances == ("u32",)]

    (finding,) = found
    assert finding.message.startswith("It is labelled 'go'; 2 of 3 judgements and the consensus say 'yes'")
