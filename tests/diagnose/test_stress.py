"""Weak spots that were built into models are found, with their figures; models without any stay quiet."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest
import soundfile

from unheard.diagnose.experiment import Material
from unheard.diagnose.stress import EXPERIMENT, StressOptions, stress
from unheard.errors import UsageError
from unheard.runtime.model import Answers

RATE, WINDOW = 16000, 8000
NUM_SPEAKERS = 30
FAINTEST_POWER = 15.0  # a clip has some 10,000


@dataclass
class Treble:
    """Tells clips with treble (class 1) from those with more bass, or hardly any sound (class 0)."""

    name: str = "treble"
    labels: tuple[str, ...] = ("bass", "treble")
    sample_rate: int = RATE
    window_samples: int = WINDOW
    temperature: float = 1.0
    num_asked: int = 0

    def answer(self, samples):
        self.num_asked += len(samples)
        power = np.square(np.abs(np.fft.rfft(samples)))
        hz = np.fft.rfftfreq(samples.shape[1], 1 / RATE)
        logits = [power[:, (hz > low) & (hz < high)].sum(axis=1) for low, high in ((100, 2000), (4500, 8000))]
        heard = np.stack(logits, axis=1) + np.array([FAINTEST_POWER, 0])
        return Answers(np.log(heard + 1e-9).astype(np.float32), None)


@dataclass
class Loudness(Treble):
    """Hears nothing below -45 dB of full scale: all of it is class 0."""

    def answer(self, samples):
        answers = super().answer(samples)
        faint = np.sqrt(np.square(samples).mean(axis=1)) < 10 ** (-45 / 20)
        return Answers(np.where(faint[:, None], np.float32([1, 0]), answers.logits), None)


@dataclass
class Deaf(Treble):
    """Always class 0."""

    def answer(self, samples):
        self.num_asked += len(samples)
        return Answers(np.tile(np.float32([1, 0]), (len(samples), 1)), None)


@pytest.fixture(scope="module")
def sounds():
    """Two clips of each class and speaker, bursts of low or high noise: clips, classes and speakers."""
    random = np.random.default_rng(11)
    hz = np.fft.rfftfreq(WINDOW, 1 / RATE)
    burst = np.zeros(WINDOW)
    burst[2500:5500] = np.hanning(3000)
    clips, classes, groups = [], [], []
    for speaker in range(NUM_SPEAKERS):
        for number in range(4):
            low, high = ((300, 1500), (5000, 7000))[number % 2]
            spectrum = np.fft.rfft(random.standard_normal(WINDOW)) * ((hz > low) & (hz < high))
            clips.append(np.fft.irfft(spectrum) * burst)
            clips[-1] *= random.uniform(0.1, 0.2) / np.abs(clips[-1]).max()
            classes.append(number % 2)
            groups.append(f"s{speaker}")
    return np.stack(clips).astype(np.float32), np.array(classes), groups


@pytest.fixture(scope="module")
def treble(make_part, sounds):
    model = Treble()
    material = Material(model, make_part(*sounds, model))
    model.num_asked = 0
    steps = []
    outcome = stress(
        Material(model, material.test, on_progress=lambda done, total: steps.append((done, total))),
        StressOptions(num_clips=60),
    )
    return outcome, model.num_asked, steps


def cause(outcome, factor):
    return next(one for one in outcome.causes if one.name == f"stress-{factor}")


def test_a_model_that_needs_treble_is_weak_where_treble_goes_missing(treble):
    outcome, _, _ = treble
    blamed = {one.name.removeprefix("stress-") for one in outcome.causes if one.blamed}
    assert {"band-limit", "telephone", "resampled-soxr", "resampled-polyphase"} <= blamed
    assert not blamed & {"faint", "loud", "dc-offset", "early", "late", "clipping", "packet-loss", "mu-law"}
    found = cause(outcome, "telephone")
    assert found.points.value == pytest.approx(50, abs=1)  # every clip of one of the two classes
    assert found.where == "stress"


def test_the_message_has_the_figures(treble):
    outcome, _, _ = treble
    message = cause(outcome, "band-limit").message
    figures = re.fullmatch(
        r"Without what lies above 4000 Hz accuracy falls from 100\.0 % to (\d+\.\d) %, by (\d+\.\d) points "
        r"\((\d+\.\d) to (\d+\.\d)\); 5 points are lost at (\d+) Hz\.",
        message,
    )
    after, lost, low, high, fall_hz = (float(number) for number in figures.groups())
    assert after + lost == pytest.approx(100, abs=0.11)
    assert low < lost < high
    assert 4000 < fall_hz < 8000
    quiet = cause(outcome, "dc-offset").message
    assert quiet == (
        "With a constant of 5 % of full scale added accuracy does not fall: 100.0 %, after 100.0 %; "
        "5 points are not lost up to 20 %."
    )


def test_a_weak_spot_has_a_remedy_and_what_is_none_has_not(treble):
    outcome, _, _ = treble
    found = cause(outcome, "band-limit")
    assert found.remedies[0].settings["transform"] == "microphone"
    assert found.remedies[0].settings["min_bandwidth_hz"] <= 4000
    assert found.evidence["severity"] == 4000
    assert cause(outcome, "faint").remedies == ()


def test_facts_are_curves_that_can_be_written_down(treble):
    outcome, asked, steps = treble
    facts = json.loads(json.dumps(outcome.facts))
    assert facts["num_answers"] == asked
    assert facts["num_clips"] == 60
    assert facts["num_speakers"] == 15
    assert facts["clean"]["accuracy"] == 100
    assert len(facts["curves"]) == len(outcome.causes) == 28
    for curve in facts["curves"]:
        sizes = {len(curve[name]) for name in ("severities", "accuracy", "low", "high", "loss", "loss_high")}
        assert sizes == {len(curve["severities"])}
        assert 0 <= curve["score"] <= 100
    scores = {curve["factor"]: curve["score"] for curve in facts["curves"]}
    assert scores["dc-offset"] == 100
    assert scores["telephone"] == pytest.approx(50, abs=1)
    assert steps[-1][0] == steps[-1][1] == sum(len(curve["severities"]) for curve in facts["curves"])


def test_the_lowest_scores_are_named(treble):
    (remark,) = treble[0].remarks
    assert "Telephone 50" in remark


def test_the_level_below_which_a_model_hears_nothing_is_found(make_part, sounds):
    model = Loudness()
    outcome = stress(Material(model, make_part(*sounds, model)), StressOptions(num_clips=60, only=("faint",)))
    found = cause(outcome, "faint")
    assert found.blamed
    assert found.points.value == pytest.approx(50, abs=1)
    (curve,) = outcome.facts["curves"]
    assert -20 < curve["falls_5_points_at"] < 0
    assert found.remedies[0].settings["transform"] == "gain"


def test_a_model_that_nothing_can_hurt_is_weak_nowhere(make_part, sounds):
    clips, classes, groups = (np.asarray(column)[::2] for column in sounds)
    model = Deaf()
    factors = ("babble", "noise", "faint", "telephone", "late", "higher", "distance", "packet-loss")
    material = Material(model, make_part(clips, classes, groups, model))
    outcome = stress(material, StressOptions(num_clips=30, only=factors))
    assert len(outcome.causes) == len(factors)
    assert not any(one.blamed for one in outcome.causes)
    assert {curve["score"] for curve in outcome.facts["curves"]} == {100.0}
    assert {curve["falls_5_points_at"] for curve in outcome.facts["curves"]} == {None}
    assert outcome.not_measured == ()


def test_a_model_that_is_always_wrong_is_not_measured(make_part, sounds):
    clips, classes, groups = (np.asarray(column)[1::2] for column in sounds)
    model = Deaf()
    outcome = stress(Material(model, make_part(clips, classes, groups, model)))
    assert outcome.causes == ()
    assert outcome.not_measured == ("Stress was not measured: the model gets no test clip right.",)


def test_the_same_material_gives_the_same_result(make_part, sounds):
    model = Treble()
    part = make_part(*sounds, model)
    options = StressOptions(num_clips=40, only=("babble", "packet-loss"))
    first, again = (stress(Material(model, part), options) for _ in range(2))
    assert first.facts == again.facts


def test_with_few_speakers_babble_is_not_measured_and_says_so(make_part, sounds):
    clips, classes, groups = sounds
    model = Treble()
    few = make_part(clips[:12], classes[:12], groups[:12], model)
    outcome = stress(Material(model, few), StressOptions(only=("babble", "faint")))
    assert [curve["factor"] for curve in outcome.facts["curves"]] == ["faint"]
    assert outcome.not_measured == (
        "Babble was not measured: it takes test clips with sound of 4 speakers or more.",
    )


def test_noise_may_come_from_a_folder(make_part, sounds, tmp_path):
    model = Treble()
    material = Material(model, make_part(*sounds, model))
    with pytest.raises(UsageError, match="No recordings of noise in"):
        stress(material, StressOptions(noise=tmp_path))
    hiss = np.diff(np.random.default_rng(0).standard_normal(3 * RATE), n=4)
    soundfile.write(tmp_path / "hiss.wav", 0.01 * hiss, RATE)
    outcome = stress(material, StressOptions(num_clips=40, noise=tmp_path, only=("noise",)))
    found = cause(outcome, "noise")
    assert "of recorded noise" in found.message


def test_without_pyroomacoustics_rooms_are_not_measured_and_the_rest_is(
    make_part, sounds, monkeypatch, tmp_path
):
    monkeypatch.setitem(sys.modules, "pyroomacoustics", None)  # importing it now fails
    monkeypatch.setenv("UNHEARD_CACHE", str(tmp_path))
    model = Treble()
    material = Material(model, make_part(*sounds, model))
    outcome = stress(material, StressOptions(num_clips=40, only=("reverberation", "distance", "faint")))
    assert [curve["factor"] for curve in outcome.facts["curves"]] == ["faint"]
    for sentence, title in zip(outcome.not_measured, ("Reverberation", "Distance"), strict=True):
        assert re.match(rf"{title} was not measured: .*pyroomacoustics.*train", sentence)


def test_without_torch_nothing_is_measured_and_it_says_so():
    script = """
import sys

class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")

sys.meta_path.insert(0, NoTorch())
from unheard.diagnose.stress import stress
print(stress(None).not_measured[0])
"""
    printed = subprocess.check_output([sys.executable, "-c", script], text=True)
    assert re.match("Stress was not measured: Putting clips under stress .*torch.*train", printed)


def test_the_experiment_needs_nothing_but_test_clips():
    assert (EXPERIMENT.name, EXPERIMENT.needs) == ("stress", ())
