from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from unheard.diagnose.catalog import all_experiments, choose_experiments
from unheard.diagnose.diagnose import DiagnoseOptions, compare, diagnose
from unheard.diagnose.experiment import Material, Part
from unheard.errors import UsageError
from unheard.runtime.model import Answers

RATE, WINDOW = 8000, 4000


class Louder:
    """Says which of two classes by the level: above the threshold is the second one."""

    name, labels, sample_rate, window_samples, temperature = "louder", ("quiet", "loud"), RATE, WINDOW, 1.0

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold

    def answer(self, samples: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> Answers:
        level = np.abs(samples).mean(axis=1)
        return Answers(np.stack([0 * level, 10 * (level - self.threshold)], axis=1), None)


@pytest.fixture
def material(make_part: Callable[..., Part]) -> Material:
    random = np.random.default_rng(0)
    classes = np.arange(120) % 2
    levels = np.where(classes == 1, 0.5, 0.05)[:, None]
    samples = (levels * random.normal(size=(120, WINDOW))).astype(np.float32)
    groups = [f"s{row // 4}" for row in range(120)]
    model = Louder(0.1)
    return Material(model, make_part(samples, classes, groups, model))


BROKEN = """
from unheard.diagnose.cause import Outcome
from unheard.diagnose.experiment import Experiment
def breaks(material):
    raise ZeroDivisionError("of nothing")
def works(material):
    return Outcome(remarks=(f"{len(material.test)} clips",))
FRAGILE = Experiment("fragile", "breaks", breaks)
OURS = Experiment("ours", "works", works)
NEEDY = Experiment("needy", "needs much", works, needs=("live", "run", "retrain"))
"""


@pytest.fixture
def foreign_experiments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package of somebody else, with experiments of its own."""
    (tmp_path / "foreign_experiments.py").write_text(BROKEN)
    info = tmp_path / "foreign-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: foreign\nVersion: 1.0\n")
    lines = [f"{name.lower()} = foreign_experiments:{name}" for name in ("FRAGILE", "OURS", "NEEDY")]
    (info / "entry_points.txt").write_text("[unheard.experiments]\n" + "\n".join(lines) + "\n")
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("foreign_experiments")
def test_an_experiment_that_breaks_down_or_lacks_something_says_so_and_the_others_go_on(
    material: Material,
) -> None:
    found = diagnose(material, DiagnoseOptions(only=("fragile", "needy", "ours")))

    fragile, ours, needy = found.outcomes
    assert (fragile.error, found.broken) == ("ZeroDivisionError: of nothing", ("fragile",))
    assert ours.outcome.remarks == ("120 clips",)
    assert needy.skipped == (
        "It needs live clips: give --live; the run folder of the training: give it as the model; "
        "leave to train models: give --retrain."
    )
    assert found.test.accuracy is not None
    assert found.test.accuracy.value == 100.0
    assert (found.test.utterances, found.test.speakers, found.live) == (120, 30, None)


@pytest.mark.usefixtures("foreign_experiments")
def test_experiments_are_chosen_by_name() -> None:
    assert [one.name for one in choose_experiments(("ours", "slices"), ("slices",))] == ["ours"]
    assert len(choose_experiments((), ("ours",))) == len(all_experiments()) - 1
    with pytest.raises(UsageError, match="Unknown experiment 'slcies'. Did you mean 'slices'"):  # noqa: RUF043
        choose_experiments(("slcies",), ())


def test_every_experiment_has_a_name_like_its_file_and_one_line() -> None:
    for name, experiment in all_experiments().items():
        assert name == experiment.name
        assert name.replace("-", "").isalpha()
        assert "\n" not in experiment.summary


def test_two_models_are_compared_on_the_same_clips(material: Material) -> None:
    compared = compare(material, Louder(10.0))  # calls everything quiet: half of the clips are wrong

    assert compared.before == "louder"
    assert compared.test.value == 50.0
    assert compared.test.sure
    assert compared.live is None
