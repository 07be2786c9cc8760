from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from unheard.audit.catalog import choose_checks
from unheard.audit.check import Material
from unheard.audit.quality import CHECK
from unheard.signal.audio_file import read_audio

pytest.importorskip("speechmos", reason="perceptual quality needs the extra 'audit'")


@pytest.fixture(scope="module")
def material(data_dir: Path, make_material: Any, tmp_path_factory: pytest.TempPathFactory) -> Material:
    """Ten words, one of them drowned in noise."""
    folder, random = tmp_path_factory.mktemp("words"), np.random.default_rng(0)
    paths = sorted((data_dir / "wake_words" / "jarvis").glob("*.flac"))[:10]
    samples, rate = read_audio(paths[7])
    soundfile.write(folder / "noisy.flac", samples + 0.1 * random.standard_normal(len(samples)), rate)
    paths[7] = folder / "noisy.flac"
    made: Material = make_material(
        path=[str(path) for path in paths], duration_s=[soundfile.info(path).duration for path in paths]
    )
    return replace(made, num_workers=2)


def test_the_lowest_of_its_corpus_is_noted(material: Material) -> None:
    steps: list[tuple[int, int]] = []
    result = CHECK.run(replace(material, on_progress=lambda done, total: steps.append((done, total))))
    assert "utterance u7" in {finding.subject for finding in result.findings}
    worst = result.findings[0]
    assert worst.subject == "utterance u7"
    assert worst.severity == "note"
    assert "A model guesses that listeners rate it" in worst.message
    assert result.judged == 10
    assert steps[-1] == (10, 10)
    assert len(result.facts["overall"]) == 10


def test_a_sample_is_drawn_by_the_seed(material: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unheard.audit.quality.MAX_CLIPS", 2)
    one, other = (CHECK.run(replace(material, seed=3)) for _ in range(2))
    assert one == other
    assert one.judged == 2
    assert one.not_judged == ("8 clips: rating one takes 0.6 s, so a sample was drawn.",)


def test_few_clips_have_no_usual_quality(make_material: Any) -> None:
    result = CHECK.run(make_material(label=["yes"] * 3))
    assert result.judged == 0
    assert result.not_judged == ("3 clips: too few to tell which is low for its corpus (needs 10).",)


def test_it_runs_only_when_asked_for() -> None:
    assert CHECK.opt_in
    assert CHECK.name not in {check.name for check in choose_checks((), (), (), quick=False)}
