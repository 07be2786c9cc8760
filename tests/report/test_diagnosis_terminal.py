from __future__ import annotations

from dataclasses import replace

import pytest
from rich.console import Console

from unheard.report.diagnosis_terminal import diagnosis_view


@pytest.fixture
def printed(steps_of):
    def show(diagnosis, width: int = 100) -> str:
        console = Console(width=width, record=True, file=None)
        with console.capture() as captured:
            console.print(diagnosis_view(diagnosis, steps_of(diagnosis)))
        return captured.get().replace("\u00a0", " ")

    return show


def test_it_says_why_and_what_to_do(printed, diagnosis):
    words = printed(diagnosis)
    assert words.startswith("Live 71.3 % of clips are right, not 93.1 % as in the test")
    assert "Do first: Train with noise at 0 to 20 dB" in words
    for line in ("leaked split", "not explained", "live"):
        assert line in words
    assert words.index("Noise  9.0 points (6.9 to 11.2)") < words.index("Level  4.2 points")
    assert "Points lost in conditions that nobody has yet: babble 22.0." in words
    assert (
        "Tried and not blamed: shortcut, slice accent scottish, band limit, timing, 1 condition of stress."
        in words
    )
    assert "Capacity and regularisation were not compared" in words


def test_what_training_does_stands_before_what_people_do(printed, diagnosis):
    words = printed(diagnosis)
    training, people = words.split("People do")
    assert "→ Split by speaker. (against leaked split, 4.1 points)" in training
    assert "→ Bring clips to -24 dBFS" in people


def test_the_way_adds_up(printed, diagnosis):
    rows = [line for line in printed(diagnosis).splitlines() if " %" in line or "−" in line][2:]
    changes = [float(row.split("−")[1].split()[0]) for row in rows if "−" in row and " %" not in row[:32]]
    assert sum(changes) == pytest.approx(93.1 - 71.3, abs=0.2)


@pytest.mark.parametrize("width", [60, 80])
def test_it_fits_a_narrow_terminal(printed, diagnosis, width):
    assert max(map(len, printed(diagnosis, width).splitlines())) <= width


def test_without_live_clips_there_is_no_way(printed, diagnosis):
    assert "not explained" not in printed(replace(diagnosis, live=None))


def test_a_name_in_brackets_is_no_markup(printed, diagnosis):
    assert "[bold]x[/bold]" in printed(replace(diagnosis, notes=("[bold]x[/bold] is a folder",)))
