"""Planted live conditions are named, with the points that they cost; untouched live clips stay unblamed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray
from tests.diagnose.conftest import MakePart

from unheard.diagnose.experiment import Material, Part
from unheard.diagnose.live_shift import live_shift
from unheard.runtime.model import Answers

RATE = 16_000


@dataclass(frozen=True)
class Hisses:
    """Says "hiss" where a clip holds anything above 4.5 kHz that is not 30 dB below the rest."""

    name: str = "hisses"
    labels: tuple[str, ...] = ("hiss", "hum")
    sample_rate: int = RATE
    window_samples: int = RATE
    temperature: float = 1.0

    def answer(self, samples: NDArray[np.float32]) -> Answers:
        power = np.abs(np.fft.rfft(samples, axis=1)) ** 2
        share_db = 10 * np.log10(power[:, 4500:].sum(axis=1) / power.sum(axis=1) + 1e-12)
        hiss = (share_db + 30) / 10
        return Answers(np.stack([hiss, -hiss], axis=1).astype(np.float32), None)


def spoken(num_speakers: int, first: int) -> tuple[NDArray[np.float32], NDArray[np.int64], list[str]]:
    """Four clips of each speaker: half of them hiss up to 7 kHz, half only hum below 3 kHz."""
    random = np.random.default_rng(first)
    rows, classes, groups = [], [], []
    hz = np.fft.rfftfreq(4800, 1 / RATE)
    for speaker in range(first, first + num_speakers):
        tilt, level = random.normal(0, 2), 10 ** (random.normal(-20, 3) / 20)
        for clip in range(4):
            edge_hz = 7000 if clip % 2 == 0 else 3000
            shape = 10 ** (tilt * np.log2(np.maximum(hz, 60) / 1000) / 20) * (hz < edge_hz) * (hz > 100)
            word = np.fft.irfft(np.fft.rfft(random.standard_normal(4800)) * shape) * np.hanning(4800)
            samples = 10 ** (random.normal(-45, 2) / 20) * random.standard_normal(RATE)
            start = int(RATE * random.uniform(0.2, 0.4))
            samples[start : start + 4800] += 2 * word / word.std()
            rows.append(np.rint(level * samples / 3 * 32768) / 32768)
            classes.append(clip % 2)
            groups.append(f"s{speaker}")
    return np.array(rows, np.float32), np.array(classes), groups


@pytest.fixture(scope="module")
def material(make_part: MakePart) -> Material:
    test, live = (make_part(*spoken(24, first), Hisses()) for first in (0, 24))
    return Material(Hisses(), test, live)


def played(part: Part | None, samples: NDArray[np.float32]) -> Part:
    assert part is not None
    return replace(part, samples=samples, answers=Hisses().answer(samples))


def test_untouched_live_clips_are_not_blamed(material: Material) -> None:
    found = live_shift(material)
    assert [cause.name for cause in found.causes if cause.blamed] == []
    assert found.facts["unexplained"]["points"] == pytest.approx(found.facts["gap"]["points"], abs=3)


def test_a_narrow_path_costs_the_hisses(material: Material) -> None:
    """Half of the clips are hisses, and no hiss is heard at 8 kHz."""
    assert material.live is not None
    narrow = [soxr.resample(soxr.resample(clip, RATE, 8000), 8000, RATE) for clip in material.live.samples]
    narrow_16 = (np.rint(np.array(narrow) * 32768) / 32768).astype(np.float32)
    found = live_shift(replace(material, live=played(material.live, narrow_16)))
    blamed = [cause for cause in found.causes if cause.blamed]
    assert [cause.name for cause in blamed] == ["band-limit"]
    assert blamed[0].points.value == pytest.approx(50, abs=1)
    assert "nothing is left above 3." in blamed[0].message or "above 4.0" in blamed[0].message
    assert blamed[0].remedies[0].kind == "live-path"
    assert found.facts["unexplained"]["points"] == pytest.approx(0, abs=2)
    assert found.facts["gap"]["points"] == pytest.approx(50, abs=2)
    assert "50" in found.remarks[-1]


def test_whole_numbers_are_told_and_cost_this_model_nothing(material: Material) -> None:
    """It looks at shares of power only."""
    assert material.live is not None
    found = live_shift(replace(material, live=played(material.live, 32768 * material.live.samples)))
    assert [cause.name for cause in found.causes] == ["scaling"]
    assert "32,768 times too large" in found.causes[0].message
    assert not found.causes[0].blamed
    assert found.causes[0].evidence["undo_points"] == pytest.approx(0, abs=1e-9)


def test_without_labels_the_condition_is_priced_all_the_same(material: Material) -> None:
    assert material.live is not None
    narrow = np.array(
        [soxr.resample(soxr.resample(c, RATE, 8000), 8000, RATE) for c in material.live.samples]
    )
    live = replace(played(material.live, narrow.astype(np.float32)), classes=np.full(len(narrow), -1))
    found = live_shift(replace(material, live=live))
    assert found.facts["gap"] is None
    assert next(cause.name for cause in found.causes if cause.blamed) == "band-limit"


def test_a_handful_of_clips_is_not_judged(material: Material) -> None:
    assert material.live is not None
    found = live_shift(replace(material, live=material.live.take(np.arange(8))))
    assert found.causes == ()
    assert "there are 8 live and 96 test clips; at least 20" in found.not_measured[0]


def test_parts_add_up_to_the_gap(material: Material) -> None:
    """Quiet clips, an eighth of them narrow: factors, mix and rest are the whole gap."""
    assert material.live is not None
    samples = material.live.samples.copy()
    for row in range(0, len(samples), 8):
        samples[row] = soxr.resample(soxr.resample(samples[row], RATE, 8000), 8000, RATE)
    quiet = (np.rint(samples * 32768 / 30) / 32768).astype(np.float32)
    facts = live_shift(replace(material, live=played(material.live, quiet))).facts
    shared = sum(factor["points"] for factor in facts["factors"])
    assert shared == pytest.approx(facts["together"]["points"])
    whole = facts["mix"]["points"] + shared + facts["unexplained"]["points"]
    assert whole == pytest.approx(facts["gap"]["points"])
