from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from unheard.audit.check import Material
from unheard.audit.clipping import CHECK
from unheard.audit.measure import measure_corpus
from unheard.corpus.importing import load_corpus

Make = Callable[..., Material]


def measured(**changes: list[Any]) -> dict[str, list[Any]]:
    count = len(next(iter(changes.values())))
    clean: dict[str, list[Any]] = {
        "clipped_share": [0.0] * count,
        "longest_clipped_run_samples": [0] * count,
        "clipped_level_dbfs": [None] * count,
        "clipping_histogram": [1.5] * count,
    }
    return clean | changes


def test_clean_clips_are_quiet(make_material: Make) -> None:
    result = CHECK.run(make_material(label=["a"] * 30, measured=measured(clipped_share=[2e-4] * 30)))

    assert (result.findings, result.judged, result.not_judged) == ((), 30, ())


def test_flat_tops_at_full_scale_and_below_it(make_material: Make) -> None:
    found = measured(
        clipped_share=[0.0, 0.012, 0.0011],
        longest_clipped_run_samples=[0, 16, 4],
        clipped_level_dbfs=[None, -0.0003, -7.31],
    )
    worst, small = CHECK.run(make_material(label=["a"] * 3, measured=found)).findings

    assert (
        worst.message
        == "1.20 % of its samples are cut flat at -0.0 dBFS; the longest run is 16 samples (1.0 ms)."
    )
    assert (worst.severity, worst.utterances, len(worst.actions)) == ("warning", ("u1",), 1)
    assert "at -7.3 dBFS (its level was changed afterwards); the longest run is 4 samples" in small.message
    assert (small.severity, small.actions) == ("note", ())


@pytest.mark.parametrize(("hump", "severity"), [(4.5, "note"), (11.0, "warning")])
def test_a_hump_of_the_histogram(make_material: Make, hump: float, severity: str) -> None:
    found = measured(clipping_histogram=[hump, 3.0, None])
    (finding,) = CHECK.run(make_material(label=["a"] * 3, measured=found)).findings

    assert finding.message.startswith(f"Its samples crowd near its peak ({hump:.1f} standard deviations")
    assert finding.severity == severity


def test_what_cannot_be_told_is_counted(make_material: Make) -> None:
    result = CHECK.run(make_material(label=["a"] * 3, measured=measured(clipped_share=[None, None, 0.0])))

    assert result.judged == 1
    assert result.not_judged == ("2 clips: fewer than 16 levels up to the peak; any top looks flat.",)


def test_real_recordings_that_are_clipped_and_lowered_are_found(data_dir: Path, tmp_path: Path) -> None:
    for number, file in enumerate(sorted((data_dir / "arabic_commands").rglob("*_01.flac"))[:24]):
        samples, rate = soundfile.read(file)
        if number % 4 == 0:
            limit = np.quantile(np.abs(samples), 0.99)
            samples = samples.clip(-limit, limit) * (0.3 / limit)
        soundfile.write(tmp_path / f"{number}.wav", samples, rate)
    corpus = load_corpus(tmp_path)
    material = Material(
        corpus, corpus.utterances.hstack(measure_corpus(corpus, num_workers=1, folder=tmp_path / "c").frame)
    )

    found = {
        finding.utterances[0] for finding in CHECK.run(material).findings if finding.severity == "warning"
    }

    assert found == {f"{number}.wav" for number in range(0, 24, 4)}
