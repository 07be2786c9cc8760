from __future__ import annotations

from collections.abc import Callable

from unheard.audit.check import Material
from unheard.audit.cover_names import few_speakers, missing_labels, missing_values
from unheard.audit.target import Target

Make = Callable[..., Material]


def test_a_label_that_nobody_recorded_is_blocking(make_material: Make) -> None:
    rows = make_material(label=["yes", "no", None]).measured

    (finding,) = missing_labels(rows, Target(labels=("yes", "stop", "go")))

    assert finding.severity == "blocking"
    assert finding.message == (
        "2 of 3 declared labels have no clip: 'go', 'stop'; a model cannot learn what it never heard."
    )
    assert missing_labels(rows, Target(labels=("no",))) == []


def test_fewer_speakers_than_declared(make_material: Make) -> None:
    rows = make_material(speaker=["a", "b", "b", "c"], label=["yes", "yes", "no", "up"]).measured

    all_of_them, of_labels = few_speakers(rows, Target(min_speakers=10, min_speakers_per_label=2))
    (of_wanted,) = few_speakers(rows, Target(min_speakers_per_label=2, labels=("yes", "no")))

    assert all_of_them.message == "There are 3 speakers, declared are at least 10."
    assert of_labels.message == "2 of 3 labels have fewer speakers than the declared 2: 'no' (1), 'up' (1)."
    assert of_wanted.message == "1 of 2 labels has fewer speakers than the declared 2: 'no' (1)."


def test_speakers_that_nobody_named_are_not_counted(make_material: Make) -> None:
    rows = make_material(label=["yes"]).measured

    assert few_speakers(rows, Target(min_speakers=10, min_speakers_per_label=2)) == []


def test_values_of_metadata(make_material: Make) -> None:
    rows = make_material(gender=["m"] * 99 + ["f"], age=[30] * 100).measured

    column, empty, values = missing_values(
        rows,
        Target(
            columns={"accent": ("north",), "device": ("phone",), "gender": ("m", "f", "d"), "age": ("30",)}
        ),
    )

    assert column.message == "The corpus does not tell the accent of its clips; declared for it are 'north'."
    assert empty.subject == "column 'device'"
    assert values.message == (
        "Declared for gender, and hardly in the corpus: 'f' 1 of 100 clips (1.0 %), "
        "'d' 0 of 100 clips (0.0 %)."
    )
