"""Both ways of training see the same clips, and their table says what was measured."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from throughput import compare, markdown
from throughput_setting import SAME_CLIPS, Setting, prepare_setting

from unheard.corpus.importing import load_corpus
from unheard.train.module import INT16_SCALE
from unheard.train.recipe import load_recipe

NUM_CLIPS = 12


@pytest.fixture
def setting(tmp_path: Any, make_tone: Any) -> Setting:
    """A dozen tones of two labels, the tutorial's recipe without masks, a plain loader without workers."""
    for label, hz in (("low", 500.0), ("high", 2000.0)):
        for number in range(20):
            make_tone(f"tones/{label}/{number}.flac", hz + number, 0.1 + 0.02 * number)
    small = ("data.sample_rate=8000", "training.batch_size=4", "training.num_threads=1", "augment=none")
    recipe = load_recipe("tutorial", [*SAME_CLIPS, *small])
    return replace(prepare_setting(load_corpus(tmp_path / "tones"), recipe, NUM_CLIPS), num_workers=0)


def test_both_ways_give_the_same_features_and_classes(setting: Setting) -> None:
    model = setting.new_model()
    train = setting.data.train
    batched = model.front_end(torch.tensor(train.samples).float() * INT16_SCALE)
    clips = setting.clip_by_clip(model)
    assert len(clips) == len(train) == NUM_CLIPS
    for row, expected in enumerate(batched):
        features, label = clips[row]
        assert label == train.classes[row]
        torch.testing.assert_close(features, expected, atol=1e-3, rtol=1e-3)


def test_the_comparison_counts_what_the_machine_did(setting: Setting) -> None:
    document = compare(setting, repeats=1)
    assert document["clips"] == NUM_CLIPS
    for rates in document["clips_per_s"].values():
        assert rates["ratio"] == pytest.approx(rates["ours"] / rates["plain"])
    both = document["cpu_ms_per_clip"]
    assert document["cpu_ratio"]["training"] == pytest.approx(
        sum(both["plain"].values()) / sum(both["ours"].values())
    )
    assert min(both["ours"].values()) >= 0
    assert "12 clips in batches of 4, cpu, 1 threads, 0 workers" in markdown(document)


def test_a_setting_takes_no_more_clips_than_asked(setting: Setting) -> None:
    assert len(setting.paths) == NUM_CLIPS
    assert len(set(setting.paths)) == NUM_CLIPS
