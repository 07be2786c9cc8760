"""Which labels become classes, in which order, and what becomes of the others."""

from __future__ import annotations

import pytest

from unheard.corpus.classes import SPEECH_COMMANDS, ClassMap, choose_classes, speech_commands_among
from unheard.errors import CorpusError

# Warden 2018, section 5.9: the ten command words, and the other words of version 2
OTHERS = (
    *("backward", "bed", "bird", "cat", "dog", "eight", "five", "follow", "forward", "four", "happy"),
    *("house", "learn", "marvin", "nine", "one", "seven", "sheila", "six", "three", "tree", "two"),
    *("visual", "wow", "zero"),
)
WORDS_OF_VERSION_2 = (*OTHERS, *SPEECH_COMMANDS)


def test_without_commands_every_label_is_one() -> None:
    assert choose_classes(["left", "right", "left"]).labels == ("left", "right")


def test_speech_commands_has_the_usual_twelve_classes() -> None:
    assert len(WORDS_OF_VERSION_2) == 35
    classes = choose_classes(WORDS_OF_VERSION_2, has_noise=True)
    assert classes.labels == (*SPEECH_COMMANDS, "_silence_", "_unknown_")
    assert classes.commands == SPEECH_COMMANDS


def test_ten_commands_alone_are_no_speech_commands() -> None:
    assert speech_commands_among(SPEECH_COMMANDS) == []
    assert choose_classes(SPEECH_COMMANDS).labels == tuple(sorted(SPEECH_COMMANDS))


def test_commands_keep_their_order_and_the_other_words_are_unknown() -> None:
    classes = choose_classes(["a", "b", "c"], commands=["c", "a", "c"])
    assert classes.labels == ("c", "a", "_unknown_")
    assert classes.classes(["a", "b", "c", "new", None]).tolist() == [1, 2, 0, 2, -1]


def test_without_an_unknown_class_other_words_have_none() -> None:
    classes = choose_classes(["a", "b", "c"], commands=["a", "b"], unknown="no")
    assert classes.labels == ("a", "b")
    assert classes.unknown is None
    assert classes.classes(["b", "c", None]).tolist() == [1, -1, -1]


@pytest.mark.parametrize(
    ("wanted", "has_noise", "expected"),
    [
        ("auto", True, ("a", "b", "_silence_")),
        ("auto", False, ("a", "b")),
        ("yes", False, ("a", "b", "_silence_")),
        ("no", True, ("a", "b")),
    ],
)
def test_silence_is_a_class_where_there_is_something_to_make_it_of(
    wanted: str, has_noise: bool, expected: tuple[str, ...]
) -> None:
    assert choose_classes(["a", "b"], silence=wanted, has_noise=has_noise).labels == expected


def test_labels_that_are_our_background_classes_are_taken_for_them() -> None:
    classes = choose_classes(["a", "b", "_silence_", "_unknown_"])
    assert classes.labels == ("a", "b", "_silence_", "_unknown_")
    assert classes.commands == ("a", "b")
    assert (classes.silence, classes.unknown) == (2, 3)


def test_a_command_that_nobody_says_is_named_with_what_there_is() -> None:
    with pytest.raises(CorpusError, match="No recording is labelled stop; the labels are go, no"):
        choose_classes(["go", "no"], commands=["go", "stop"])


def test_one_class_is_no_task() -> None:
    with pytest.raises(CorpusError, match=r"at least two classes apart; this corpus gives \['go'\]"):
        choose_classes(["go"])
    assert choose_classes(["go"], has_noise=True).labels == ("go", "_silence_")


def test_one_class_is_no_task_without_labels_at_all() -> None:
    with pytest.raises(CorpusError, match=r"this corpus gives \[\].*Try another --layout"):
        choose_classes([])


def test_a_map_of_stored_labels_is_the_same_map() -> None:
    chosen = choose_classes(["a", "b", "c"], commands=["c"], has_noise=True)
    assert ClassMap(chosen.labels) == chosen
