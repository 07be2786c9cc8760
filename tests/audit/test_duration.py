from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest

from unheard.audit.check import Material
from unheard.audit.duration import CHECK

Make = Callable[..., Material]


def spread(count: int, median_s: float) -> list[float]:
    """Durations of words as people speak them: log-normal."""
    return (median_s * np.exp(np.random.default_rng(3).normal(0, 0.15, count).clip(-0.4, 0.4))).tolist()


def test_usual_durations_are_quiet(make_material: Make) -> None:
    material = make_material(duration_s=spread(200, 0.4) + spread(200, 0.8), label=["a"] * 200 + ["b"] * 200)

    result = CHECK.run(material)

    assert (result.findings, result.judged, result.not_judged) == ((), 400, ())
    assert 0.3 < result.facts["duration_s"]["5%"] < result.facts["duration_s"]["50%"] < 0.7


def test_constant_durations_are_quiet(make_material: Make) -> None:
    assert CHECK.run(make_material(duration_s=[1.0] * 50, label=["a"] * 50)).findings == ()


def test_shorter_than_any_word(make_material: Make) -> None:
    (finding,) = CHECK.run(make_material(duration_s=[*[0.4] * 40, 0.06], label=["a"] * 41)).findings

    assert finding.message == "It lasts 60 ms; no spoken word is shorter than 100 ms."
    assert (finding.severity, finding.utterances) == ("warning", ("u40",))
    assert [(action.kind, action.sure) for action in finding.actions] == [("drop", False)]


def test_far_from_the_others_of_its_label(make_material: Make) -> None:
    material = make_material(
        duration_s=[*spread(100, 0.4), 1.6, *spread(100, 1.6), 0.4], label=["a"] * 101 + ["b"] * 101
    )

    long, short = CHECK.run(material).findings

    assert long.utterances == ("u100",)
    assert re.fullmatch(
        r"It lasts 1\.60 s, [34]\.\d times longer than the median of the clips of 'a' \(0\.4\d s\): "
        "more than its label may be in it.",
        long.message,
    )
    assert short.utterances == ("u201",)
    assert "shorter than the median of the clips of 'b'" in short.message
    assert short.message.endswith("its word may be cut off.")


def test_a_rare_label_is_compared_with_the_corpus(make_material: Make) -> None:
    (finding,) = CHECK.run(make_material(duration_s=[*[5.0] * 40, 120.0], label=["a"] * 40 + ["b"])).findings

    assert "24.0 times longer than the median of all clips (5.00 s)" in finding.message


def test_a_table_in_milliseconds_is_said_once(make_material: Make) -> None:
    (finding,) = CHECK.run(make_material(duration_s=[0.01] * 50 + [1.0] * 50, label=["a"] * 100)).findings

    assert (finding.severity, finding.subject, len(finding.utterances)) == ("blocking", "corpus", 50)
    assert finding.message.startswith("50 of 100 clips (50 %) last less than 100 ms")


def test_few_clips_are_not_judged(make_material: Make) -> None:
    result = CHECK.run(make_material(duration_s=[1.0, 9.0]))

    assert result.findings == ()
    assert result.not_judged == ("2 clips: too few to tell a usual length (needs 20).",)


def test_a_short_clip_whose_word_ends_quietly_is_whole(make_material: Make) -> None:
    measured = {
        "leading_silence_s": [0.3] * 43,
        "trailing_silence_s": [*[0.3] * 40, 0.2, 0.0, 0.0],
        "start_level_db": [-40.0] * 43,
        "end_level_db": [*[-40.0] * 41, -3.0, -20.0],
    }

    (finding,) = CHECK.run(
        make_material(duration_s=[*[3.0] * 40, 1.2, 1.2, 1.2], label=["a"] * 43, measured=measured)
    ).findings

    assert finding.utterances == ("u41",)


def test_a_long_clip_of_silence_is_to_be_trimmed(make_material: Make) -> None:
    measured = {"leading_silence_s": [0.1] * 41, "trailing_silence_s": [*[0.1] * 40, 0.7]}

    (finding,) = CHECK.run(
        make_material(duration_s=[*[0.5] * 40, 1.3], start_s=[2.0] * 41, label=["a"] * 41, measured=measured)
    ).findings

    assert finding.message.endswith("(0.50 s): 0.80 s of it are silence before and after.")
    (trim,) = finding.actions
    assert (trim.kind, trim.sure, trim.start_s) == ("trim", False, 2.0)
    assert trim.duration_s == pytest.approx(0.7, abs=1e-6)
