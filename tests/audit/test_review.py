"""What people are asked: what is suspicious and undecided, from all checks, the surest first."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from unheard.audit.finding import Action, Finding
from unheard.audit.review import MOST_CLIPS, Clip, choose_items, to_judge
from unheard.corpus.table import Corpus

NAMES = [f"u{n}" for n in range(40)]
UTTERANCES = Corpus(
    pl.DataFrame({"id": NAMES, "path": [f"/{name}.wav" for name in NAMES]}).with_columns(
        label=pl.lit("yes"), speaker=pl.lit("a"), split=pl.lit("train"), duration_s=1.0, sample_rate=8000
    )
).utterances


def finding(
    check: str, confidence: float, *utterances: str, actions: tuple[Action, ...] = (), **more: Any
) -> Finding:
    values = {"severity": "warning", "subject": "utterance u"} | more
    return Finding(
        check=check,
        message="It is odd.",
        evidence={},
        remedy="Listen.",
        confidence=confidence,
        utterances=utterances,
        actions=actions,
        **values,
    )


def test_the_surest_stand_first_with_all_that_was_found_about_them() -> None:
    found = [finding("clipping", 0.6, "u1"), finding("hum", 0.9, "u2"), finding("labels", 0.8, "u1")]
    review = choose_items(found, UTTERANCES, 9)
    assert [(item.utterance, [row.check for row in item.findings]) for item in review.items] == [
        ("u2", ["hum"]),
        ("u1", ["labels", "clipping"]),
    ]
    first = review.items[0]
    assert (first.clip, first.confidence) == (Clip("u2", "yes", "a", "train"), 0.9)
    assert review.num_found == 2


def test_no_check_crowds_out_another() -> None:
    found = [finding("hum", 0.99, f"u{n}") for n in range(30)] + [finding("labels", 0.5, "u38", "u39")]
    review = choose_items(found, UTTERANCES, 6)
    assert [item.findings[0].check for item in review.items] == ["hum"] * 4 + ["labels"] * 2
    assert review.num_found == 32


def test_a_new_label_is_suggested_where_a_check_proposes_one() -> None:
    proposed = Action("relabel", "u3", sure=False, label="no")
    (item,) = choose_items([finding("labels", 0.7, "u3", actions=(proposed,))], UTTERANCES, 9).items
    assert item.suggested_label == "no"
    labelled = UTTERANCES.with_columns(label=pl.col("id"))
    first, _ = choose_items([finding("contradictions", 1.0, "u0", "u1")], labelled, 9).items
    assert (first.clip.label, first.suggested_label) == ("u0", "u1")


def test_few_clips_of_one_finding_can_be_compared() -> None:
    proposed = (Action("drop", "u1", sure=False),)
    found = [finding("near-duplicates", 0.9, "u0", "u1", actions=proposed), finding("hum", 0.8, *NAMES[5:10])]
    first, second, *_ = choose_items(found, UTTERANCES, 9).items
    assert [clip.utterance for clip in first.others] == ["u0"]
    assert not second.others


def test_what_is_settled_or_about_too_many_clips_is_not_asked() -> None:
    found = [
        finding("identical", 1.0, "u0", "u1", actions=(Action("drop", "u1", sure=True),)),
        finding("level", 1.0, "u2", severity="note"),
        finding("hum", 1.0, *NAMES[: MOST_CLIPS + 1]),
        finding("shared-groups", 1.0, "u3", "u4", subject="splits train and test"),
        finding("hum", 1.0, "not there"),
        finding("balance", 1.0),
    ]
    assert choose_items(found, UTTERANCES, 9).num_found == 0


def test_of_a_pair_only_the_one_to_drop_is_asked_about() -> None:
    proposed = (Action("drop", "u1", sure=False), Action("drop", "u1", sure=False))
    assert to_judge(finding("near-duplicates", 0.9, "u0", "u1", actions=proposed)) == ["u1"]


@given(
    found=st.lists(
        st.builds(
            finding, st.sampled_from(["hum", "labels", "gaps"]), st.floats(0, 1), st.sampled_from(NAMES)
        ),
        max_size=30,
    ),
    limit=st.integers(0, 12),
)
def test_a_review_is_as_long_as_allowed_and_in_order(found: list[Finding], limit: int) -> None:
    review = choose_items(found, UTTERANCES, limit)
    names = [item.utterance for item in review.items]
    assert review.num_found == len({name for row in found for name in row.utterances})
    assert len(names) == len(set(names)) == min(limit, review.num_found)
    confidences = [item.confidence for item in review.items]
    assert confidences == sorted(confidences, reverse=True)
