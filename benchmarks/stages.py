"""Where the time of a training step goes: CPU milliseconds a clip, stage by stage, on one thread."""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from plain_loader import learn
from throughput_setting import Setting

from unheard.corpus.clips import load_clips
from unheard.train.module import INT16_SCALE, build_optimiser

MAX_CLIPS = 300
STAGES = ("decode", "augment", "features", "model")


class Stopwatch:
    """CPU seconds of this process by stage."""

    def __init__(self) -> None:
        self.spent_s: dict[str, float] = defaultdict(float)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start_s = time.process_time()
        yield
        self.spent_s[name] += time.process_time() - start_s

    def ms_each(self, num_clips: int) -> dict[str, float]:
        return {name: 1000 * self.spent_s[name] / num_clips for name in STAGES}


@contextmanager
def one_thread() -> Iterator[None]:
    """Torch computes on one thread inside."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def our_stages(setting: Setting) -> dict[str, float]:
    """Milliseconds a clip of each stage; to decode is to read from the cache."""
    return _second(_our_steps, setting)


def plain_stages(setting: Setting) -> dict[str, float]:
    """The same of the plain loader, without its workers."""
    return _second(_plain_steps, setting)


def decode_once_ms(setting: Setting) -> float:
    """Milliseconds a clip to fill the cache, once for all epochs and trainings."""
    recipe = setting.recipe
    window_samples = setting.data.train.samples.shape[1]
    with tempfile.TemporaryDirectory() as folder:
        start_s = time.process_time()
        load_clips(
            setting.corpus,
            sample_rate=recipe.data.sample_rate,
            window_samples=window_samples,
            folder=Path(folder),
        )
        return 1000 * (time.process_time() - start_s) / setting.corpus.frame.height


def _second(steps: Callable[[Setting, Stopwatch], int], setting: Setting) -> dict[str, float]:
    """What the second of two passes takes; the first allocates and fills caches."""
    with one_thread():
        steps(setting, Stopwatch())
        watch = Stopwatch()
        return watch.ms_each(steps(setting, watch))


def _our_steps(setting: Setting, watch: Stopwatch) -> int:
    """Some batches as `fit` treats them; how many clips."""
    recipe, data, model = setting.recipe, setting.data, setting.new_model().train()
    optimiser = build_optimiser(recipe.optimiser, model)
    generator = torch.Generator().manual_seed(0)
    rate = recipe.data.sample_rate
    batches = _batches(setting)
    for rows in batches:
        with watch.stage("decode"):
            samples = torch.from_numpy(data.train.read(rows)).float() * INT16_SCALE
            classes = torch.from_numpy(data.train.classes[rows])
        with watch.stage("augment"):
            samples, classes = data.augmentation.change_samples(
                samples, classes, setting.classes.unknown, rate, generator
            )
        with watch.stage("features"), torch.no_grad():
            features = model.front_end(samples.clamp(-1, 1))
            features = data.augmentation.change_features(features, rate, generator)
        with watch.stage("model"):
            learn(model, optimiser, features, classes, recipe)
    return sum(map(len, batches))


def _plain_steps(setting: Setting, watch: Stopwatch) -> int:
    """The same batches clip by clip; how many clips."""
    model = setting.new_model().train()
    optimiser = build_optimiser(setting.recipe.optimiser, model)
    clips, batches = setting.clip_by_clip(model), _batches(setting)
    for rows in batches:
        found: list[tuple[torch.Tensor, int]] = []
        for row in rows:
            with watch.stage("decode"):
                samples = torch.from_numpy(clips.decode(clips.paths[row]))
            with watch.stage("augment"):
                samples, label = clips.augment(samples, clips.classes[row])
            with watch.stage("features"):
                found.append((clips.features(samples), label))
        with watch.stage("features"):
            features, classes = torch.utils.data.default_collate(found)
        with watch.stage("model"):
            learn(model, optimiser, features, classes, setting.recipe)
    return sum(map(len, batches))


def _batches(setting: Setting) -> list[NDArray[np.int64]]:
    """Rows of whole batches, at most `MAX_CLIPS` clips, or one batch."""
    num_clips, size = len(setting.data.train), setting.recipe.training.batch_size
    order = np.random.default_rng(0).permutation(num_clips)
    count = max(1, min(num_clips, MAX_CLIPS) // size)
    return [order[start : start + size] for start in range(0, count * size, size)]
