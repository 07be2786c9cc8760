"""A part of a corpus: whole speakers, no more clips than asked for, and it is said."""

from __future__ import annotations

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from unheard.corpus.table import Corpus
from unheard.demo.subsample import MIN_SPEAKERS, subsample


def corpus_of(sizes: list[int]) -> Corpus:
    """Speakers with so many clips each, and one background recording."""
    rows = [
        {
            "id": f"{speaker}-{clip}",
            "path": f"/{speaker}-{clip}.wav",
            "speaker": f"s{speaker}",
            "label": "yes",
        }
        for speaker, size in enumerate(sizes)
        for clip in range(size)
    ]
    rows.append({"id": "hiss", "path": "/hiss.wav", "speaker": "", "label": ""})
    roles = ["utterance"] * (len(rows) - 1) + ["noise"]
    return Corpus(pl.DataFrame(rows).with_columns(duration_s=1.0, sample_rate=8000, role=pl.Series(roles)))


def sizes_of(corpus: Corpus) -> dict[str, int]:
    return dict(corpus.utterances.group_by("speaker").len().iter_rows())


@example(sizes=[1, 1, 1, 1, 10, 14], max_clips=20)
@given(sizes=st.lists(st.integers(1, 30), min_size=1, max_size=40), max_clips=st.integers(20, 400))
def test_it_keeps_to_the_limit_and_takes_what_fits(sizes: list[int], max_clips: int) -> None:
    whole = corpus_of(sizes)
    part, remark = subsample(whole, max_clips, "salt")
    taken, all_of = sizes_of(part), sizes_of(whole)
    assert part.noise.height == 1
    assert (remark == "") == (sum(sizes) <= max_clips) == (part is whole)
    assert part.utterances.height <= max(max_clips, MIN_SPEAKERS)
    assert len(taken) >= min(MIN_SPEAKERS, len(sizes))
    if len(taken) > MIN_SPEAKERS:
        assert all(all_of[speaker] == size for speaker, size in taken.items())
        assert part is whole or part.utterances.height + max(sizes) > max_clips


def test_of_few_speakers_with_many_clips_each_gives_a_share() -> None:
    part, remark = subsample(corpus_of([100, 200, 300, 400]), 500, "salt")
    assert sizes_of(part) == {"s0": 50, "s1": 100, "s2": 150, "s3": 200}
    assert remark == (
        "To last minutes, the story takes 500 of 1,000 clips, by 4 of 4 speakers: "
        "a share of each speaker's clips."
    )


def test_of_many_speakers_whole_ones_are_taken() -> None:
    part, remark = subsample(corpus_of([10] * 100), 205, "salt")
    assert list(sizes_of(part).values()) == [10] * 20
    assert remark.endswith("200 of 1,000 clips, by 20 of 100 speakers: all clips of these speakers.")


def test_people_talking_stay() -> None:
    corpus = corpus_of([10] * 30)
    talk = corpus.frame.filter(pl.col("id") == "hiss").with_columns(id=pl.lit("talk"), role=pl.lit("speech"))
    part, _ = subsample(Corpus(pl.concat([corpus.frame, talk])), 100, "salt")
    assert part.speech["id"].to_list() == ["talk"]


def test_another_salt_takes_others() -> None:
    corpus = corpus_of([10] * 100)
    one, other = (set(sizes_of(subsample(corpus, 200, salt)[0])) for salt in ("a", "b"))
    assert one != other
