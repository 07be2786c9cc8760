from __future__ import annotations

from dataclasses import replace

import polars as pl

from unheard.audit.finding import Action, Finding
from unheard.audit.per_clip import Clip, about, each_or_once


def hot(clip: Clip) -> Finding:
    return about(
        clip,
        "heat",
        "note",
        f"It has {clip['heat']} degrees.",
        remedy="Cool it.",
        confidence=0.5,
        evidence={"heat": clip["heat"]},
        drop=True,
    )


def clips(heats: list[int], **columns: list[str]) -> pl.DataFrame:
    empty = {name: [None] * len(heats) for name in ("split", "label", "device", "speaker")}
    return pl.DataFrame({"id": [f"u{row}" for row in range(len(heats))], "heat": heats} | empty | columns)


def find(rows: pl.DataFrame) -> list[Finding]:
    bad = rows.filter(pl.col("heat") > 0).sort("heat", descending=True)
    return each_or_once(rows, bad, hot, "are hot")


def test_a_few_are_told_one_by_one() -> None:
    second, first = find(clips([0] * 20 + [3, 7]))[::-1]

    assert (first.subject, first.message) == ("utterance u21", "It has 7 degrees.")
    assert [(action.kind, action.utterance, action.sure) for action in second.actions] == [
        ("drop", "u20", False)
    ]


def test_most_are_told_once() -> None:
    (finding,) = find(clips([*range(60, 0, -1)] + [0] * 40))

    assert (finding.subject, finding.severity, len(finding.utterances)) == ("corpus", "note", 60)
    assert finding.message == "60 of 100 clips (60 %) are hot."
    assert finding.evidence == {"clips": 60, "of": 100, "worst": "u0", "heat": 60}
    assert finding.actions == ()


def test_what_is_sure_is_done_to_most_clips_too() -> None:
    def melted(clip: Clip) -> Finding:
        return replace(hot(clip), actions=(Action("drop", clip["id"], sure=True),))

    (finding,) = each_or_once(rows := clips([1] * 60), rows, melted, "have melted")

    assert [action.utterance for action in finding.actions] == rows["id"].to_list()


def test_it_is_told_where_they_are() -> None:
    split = ["train"] * 80 + ["test"] * 20

    (finding,) = find(clips([1] * 60 + [0] * 40, split=split))

    assert finding.message == "60 of 100 clips (60 %) are hot; 75 % of split 'train', 0.0 % of 'test'."


def test_in_a_small_corpus_all_are_told_one_by_one() -> None:
    assert len(find(clips([1] * 9))) == 9
    assert find(clips([0] * 9)) == []


def test_a_speaker_who_always_has_it_is_told_once() -> None:
    speaker = ["ann"] * 12 + ["bob"] * 88

    all_of_ann, one_of_bob = find(clips([1] * 12 + [9] + [0] * 87, speaker=speaker))

    assert (all_of_ann.subject, len(all_of_ann.utterances)) == ("speaker 'ann'", 12)
    assert all_of_ann.message == "12 of 12 clips (100 %) of speaker 'ann' are hot; of all others 1.1 %."
    assert one_of_bob.subject == "utterance u12"
