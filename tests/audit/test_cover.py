from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from unheard.audit.check import Material
from unheard.audit.cover import CHECK, QUANTITIES, cover_of
from unheard.audit.target import Target

Make = Callable[..., Material]
SNR, T60, LEVEL, BANDWIDTH = QUANTITIES


def between(low: float, high: float, count: int = 1000) -> list[float]:
    return np.random.default_rng(0).uniform(low, high, count).tolist()


def test_without_target_nothing_is_compared(make_material: Make) -> None:
    result = CHECK.run(make_material(label=["yes"]))

    assert result.findings == ()
    assert result.not_judged == (
        "No deployment was declared (--target FILE): what of it is missing here is not judged.",
    )


def test_a_covered_deployment_is_quiet(make_material: Make) -> None:
    measured = {
        "snr_db": between(-5, 40),
        "decay_s": between(0.1, 1.2),
        "level_dbfs": between(-50, -5),
        "bandwidth_hz": between(3000, 8000),
    }
    target = Target(
        snr_db=(0, 30),
        t60_s=(0.2, 1.0),
        level_dbfs=(-40, -10),
        bandwidth_hz=(3400, 7500),
        min_speakers=2,
        min_speakers_per_label=2,
        labels=("yes",),
        columns={"gender": ("f", "m")},
    )
    speakers = {"speaker": ["a", "b"] * 500, "gender": ["f", "m"] * 500, "label": ["yes"] * 1000}

    result = CHECK.run(make_material(measured=measured, target=target, **speakers))

    assert (result.findings, result.not_judged, result.judged) == ((), (), 1000)
    assert [round(entry["high"] - entry["low"], 6) for entry in result.facts["cover"]["snr_db"]] == [5.0] * 6


def test_bins_hold_what_lies_in_them(make_material: Make) -> None:
    rows = make_material(label=["a"] * 6, measured={"snr_db": [-1.0, 0.0, 4.9, 5.0, 10.0, None]}).measured

    assert cover_of(rows, SNR, (0, 10)) == [
        {"low": 0.0, "high": 5.0, "clips": 2, "share": 0.4},
        {"low": 5.0, "high": 10.0, "clips": 2, "share": 0.4},
    ]


def test_bins_of_bandwidth_grow_by_a_factor(make_material: Make) -> None:
    rows = make_material(label=["a"], measured={"bandwidth_hz": [4000.0]}).measured

    edges = [entry["low"] for entry in cover_of(rows, BANDWIDTH, (2000, 8000))]

    assert edges == pytest.approx([2000, 2828, 4000, 5657], rel=1e-3)


def test_a_clip_of_more_bandwidth_holds_less(make_material: Make) -> None:
    rows = make_material(label=["a"], measured={"bandwidth_hz": [20_000.0], "snr_db": [50.0]}).measured

    assert [entry["clips"] for entry in cover_of(rows, BANDWIDTH, (4000, 8000))] == [0, 1]
    assert sum(entry["clips"] for entry in cover_of(rows, SNR, (0, 30))) == 0


def test_a_single_value_gets_a_bin_around_it(make_material: Make) -> None:
    rows = make_material(label=["a"], measured={"snr_db": [10.0], "bandwidth_hz": [4000.0]}).measured

    ((snr,), (bandwidth,)) = cover_of(rows, SNR, (10, 10)), cover_of(rows, BANDWIDTH, (4000, 4000))

    assert (snr["low"], snr["high"], snr["clips"]) == (7.5, 12.5, 1)
    assert bandwidth["high"] / bandwidth["low"] == pytest.approx(2**0.5)


def test_noise_that_the_corpus_lacks(make_material: Make) -> None:
    material = make_material(
        label=["a"] * 1000, measured={"snr_db": between(20, 40)}, target=Target(snr_db=(0, 30))
    )

    (finding,) = CHECK.run(material).findings

    assert (finding.severity, finding.subject) == ("warning", "corpus")
    assert finding.message == (
        "Declared is a signal-to-noise ratio of 0 to 30 dB: from 0 to 20 dB there are "
        "0 of 1,000 clips (0.0 %), the median has 30.6 dB."
    )
    assert "train with noise" in finding.remedy


def test_what_only_the_test_lacks(make_material: Make) -> None:
    material = make_material(
        split=["train"] * 1000 + ["test"] * 200,
        measured={"snr_db": [*between(0, 30), *between(15, 30, 200)]},
        target=Target(snr_db=(0, 30)),
    )

    (finding,) = CHECK.run(material).findings

    assert finding.subject == "split test"
    assert "from 0 to 15 dB there are 0 of 200 clips" in finding.message


def test_500_clips_are_enough_however_small_their_share(make_material: Make) -> None:
    measured = {"snr_db": [2.0] * 500 + [12.0] * 40_000}
    material = make_material(label=["a"] * 40_500, measured=measured, target=Target(snr_db=(0, 5)))

    assert CHECK.run(material).findings == ()


def test_what_is_mostly_unknown_is_not_compared(make_material: Make) -> None:
    measured = {"snr_db": [10.0, None, None, None]}
    target = Target(snr_db=(0, 30), t60_s=(0.2, 0.5), min_speakers=5)

    result = CHECK.run(make_material(label=["a"] * 4, measured=measured, target=target))

    assert result.findings == ()
    assert result.not_judged == (
        "The signal-to-noise ratio of 3 of 4 clips (75 %) cannot be told: not compared.",
        "The reverberation time of 4 of 4 clips (100 %) cannot be told: not compared.",
        "4 of 4 clips (100 %) name no speaker: there may be more than are counted.",
    )
