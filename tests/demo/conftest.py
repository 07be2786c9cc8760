"""The demo in small: a few voices, three words, trainings of an epoch or two."""

from __future__ import annotations

from pathlib import Path

import pytest

from unheard.corpus.voices import VoiceOptions
from unheard.demo.chapters import Chapter
from unheard.demo.recordings import RecordingOptions
from unheard.demo.story import DemoOptions, tell
from unheard.run import Watch
from unheard.train.recipe import Recipe, load_recipe

SMALL = ("commands=[]", "augment=none", "window_s=0.8", "accumulate_batches=1", "mixup_alpha=0")


def small_recipe(path: Path, *settings: str) -> Recipe:
    return load_recipe(path, [*SMALL, *settings])


@pytest.fixture(scope="session")
def demo_options(tiny_recipe: Path) -> DemoOptions:
    return DemoOptions(
        seed=1,
        recordings=RecordingOptions(
            words=("yes", "no", "stop"), voices=VoiceOptions(num_voices=8, takes_per_word=2, sample_rate=8000)
        ),
        conventional=small_recipe(tiny_recipe, "epochs=1", "name=before"),
        robust=small_recipe(tiny_recipe, "epochs=3", "name=after"),
        num_folds=2,
    )


@pytest.fixture(scope="session")
def told(
    demo_options: DemoOptions, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[Chapter], list[str]]:
    """The folder of a whole demo, its chapters, and the steps on the way."""
    folder, steps = tmp_path_factory.mktemp("demos") / "demo", list[str]()
    return folder, list(tell(folder, demo_options, Watch(on_step=steps.append))), steps
