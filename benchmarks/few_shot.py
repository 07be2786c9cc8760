"""How well words are learned from few clips: nine words, other speakers, and one new word among others.

    python benchmarks/few_shot.py RUN/corpus.parquet [--split validation] [--draws 5] [--json FILE]

`corpus.parquet` of a run on Speech Commands says who is in which split. Clips to learn from are drawn from
training speakers, one a speaker and word; answers are counted on the speakers of `--split`. Intervals
resample these speakers; the figure after ± is the deviation between draws. All that was chosen (pooling,
shrinkage, what voices weigh) was chosen on the split `validation`.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unheard.corpus.classes import SPEECH_COMMANDS, ClassMap
from unheard.corpus.labelled import LabelledClips, labelled_clips
from unheard.corpus.table import Corpus
from unheard.evaluate.intervals import draw_weights
from unheard.few_shot import few_shot_recipe, voice_sums
from unheard.models.speech_model import SpeechModel
from unheard.train.few_shot import Examples, prototypes
from unheard.train.fit import set_threads
from unheard.train.prepare import build_model
from unheard.train.thresholds import people_nearer, threshold_for
from unheard.train.word_space import Directions, OtherWords, embed, fit_space

CLIPS_A_WORD = (1, 5, 20, 50)
FALSE_ACCEPTS = 0.01
NUM_RESAMPLES = 2000


@dataclass(frozen=True)
class Setting:
    """Everything embedded once: clips to draw from, clips to answer, voices, words that are none."""

    words: tuple[str, ...]
    known: LabelledClips
    asked: LabelledClips
    known_at: Directions
    asked_at: Directions
    voices: Directions
    others: OtherWords


def load(corpus: Corpus, split: str) -> Setting:
    """Classes are all labels, the nine words first."""
    words = tuple(word for word in SPEECH_COMMANDS if word in corpus.labels)
    classes = ClassMap((*words, *(label for label in corpus.labels if label not in words)))
    recipe = few_shot_recipe()
    model: SpeechModel = build_model(recipe, ClassMap(words), 1.0, seed=0).eval()
    others = fit_space(model, recipe, print)
    window, rate = model.window_samples, recipe.data.sample_rate
    known = labelled_clips(corpus.subset("train"), ClassMap(words), sample_rate=rate, window_samples=window)
    asked = labelled_clips(corpus.subset(split), classes, sample_rate=rate, window_samples=window)
    voices = voice_sums(model, words, recipe, seed=0)
    return Setting(
        words,
        known,
        asked,
        embed(model, known.samples, fast=True),
        embed(model, asked.samples),
        voices,
        others,
    )


def draw(clips: LabelledClips, num_words: int, num_clips: int, seed: int) -> NDArray[np.int64]:
    """Rows of so many clips of each word, no two of a word by one speaker."""
    random, groups, rows = np.random.default_rng(seed), np.array(clips.groups), []
    for word in range(num_words):
        shuffled = random.permutation(np.flatnonzero(clips.classes == word))
        _, first = np.unique(groups[shuffled], return_index=True)
        rows.append(shuffled[np.sort(first)[:num_clips]])
    return np.concatenate(rows)


@dataclass(frozen=True)
class Learned:
    """Words, the recordings that they were learned from, and by how much other words of people come nearer
    to each than synthetic ones."""

    words: Directions
    directions: Directions
    classes: NDArray[np.int64]
    nearer: NDArray[np.float32]


def learned(setting: Setting, num_clips: int, seed: int, *, voices: bool) -> Learned:
    """Words from a draw."""
    rows = draw(setting.known, len(setting.words), num_clips, seed)
    examples = Examples(setting.known_at[rows], setting.known.classes[rows], [""] * len(rows))
    words = prototypes(examples, len(setting.words), setting.voices if voices else None)
    nearer = people_nearer(np.bincount(examples.classes, minlength=len(words)), voices=voices)
    return Learned(words, examples.directions, examples.classes, nearer)


def told_apart(setting: Setting, words: Directions) -> NDArray[np.float64]:
    """For each clip of a word, whether it is the nearest."""
    own = setting.asked.classes < len(setting.words)
    return ((setting.asked_at[own] @ words.T).argmax(axis=1) == setting.asked.classes[own]).astype(float)


def heard_alone(setting: Setting, found: Learned) -> tuple[NDArray[np.float64], float]:
    """Each word by itself against a threshold set by synthetic words and by the recordings of the others: for
    each of its clips whether it is heard, and the share of all other clips that pass for it."""
    own = setting.asked.classes < len(setting.words)
    heard, passed = np.zeros(int(own.sum())), []
    for index, word in enumerate(setting.words):
        near = found.words[index]
        kinds = {"synthetic words": setting.others.without((word,)) @ near + found.nearer[index]}
        if len(found.classes):
            kinds["other recordings"] = found.directions[found.classes != index] @ near
        above = setting.asked_at @ near > threshold_for(kinds, FALSE_ACCEPTS)
        heard[setting.asked.classes[own] == index] = above[setting.asked.classes == index]
        passed.append(float(above[setting.asked.classes != index].mean()))
    return heard, float(np.mean(passed))


def refusing(setting: Setting, found: Learned) -> tuple[float, float]:
    """All words together against a threshold set by synthetic words, brought as near as people's: the share
    of their clips that are heard as what they are, and of other people's other words that pass for one."""
    synthetic = setting.others.without(setting.words) @ found.words.T + found.nearer
    threshold = threshold_for({"synthetic words": synthetic.max(axis=1)}, FALSE_ACCEPTS)
    cosines = setting.asked_at @ found.words.T
    passing, own = cosines.max(axis=1) > threshold, setting.asked.classes < len(setting.words)
    right = passing & (cosines.argmax(axis=1) == setting.asked.classes)
    return float(right[own].mean()), float(passing[~own].mean())


def interval(setting: Setting, correct: NDArray[np.float64]) -> tuple[float, float]:
    """95 % of the resamples of the speakers asked."""
    own = setting.asked.classes < len(setting.words)
    _, speaker = np.unique(np.array(setting.asked.groups)[own], return_inverse=True)
    hits, counts = np.bincount(speaker, weights=correct), np.bincount(speaker)
    weights = np.concatenate(list(draw_weights(len(counts), NUM_RESAMPLES, seed=0)))
    low, high = np.quantile((weights @ hits) / (weights @ counts), [0.025, 0.975])
    return float(low), float(high)


def row(setting: Setting, name: str, draws: list[Learned]) -> dict[str, object]:
    """One line of the table."""
    apart = np.stack([told_apart(setting, found.words) for found in draws])
    alone = [heard_alone(setting, found) for found in draws]
    low, high = interval(setting, apart.mean(axis=0))
    open_set = np.mean([refusing(setting, found) for found in draws], axis=0)
    return {
        "learned from": name,
        "accuracy": float(apart.mean()),
        "low": low,
        "high": high,
        "between draws": float(apart.mean(axis=1).std()),
        "open": float(open_set[0]),
        "others pass": float(open_set[1]),
        "heard alone": float(np.mean([found.mean() for found, _ in alone])),
        "false accepts": float(np.mean([share for _, share in alone])),
    }


def table(setting: Setting, num_draws: int) -> list[dict[str, object]]:
    """Recordings alone, with voices, and voices alone."""
    rows = []
    for voices in (False, True):
        for num_clips in CLIPS_A_WORD:
            name = f"{num_clips} clips a word" + (" and voices" if voices else "")
            draws = [learned(setting, num_clips, seed, voices=voices) for seed in range(num_draws)]
            rows.append(row(setting, name, draws))
    no_clips = np.zeros(0, np.int64)
    nothing = Learned(setting.voices, setting.voices[:0], no_clips, np.zeros(len(setting.words), np.float32))
    return [*rows, row(setting, "voices alone", [nothing])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--split", default="validation", choices=("validation", "test"))
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    set_threads(1)
    setting = load(Corpus.load(options.corpus), options.split)
    rows = table(setting, options.draws)
    print("| learned from | accuracy | 95 % by speaker | ± draws | open | they pass | alone | they pass |")
    print("|---|---|---|---|---|---|---|---|")
    for found in rows:
        name, low, high = found["learned from"], found["low"], found["high"]
        print(
            f"| {name} | {found['accuracy']:.1%} | {low:.1%} to {high:.1%} | {found['between draws']:.1%} "
            f"| {found['open']:.1%} | {found['others pass']:.1%} | {found['heard alone']:.1%} "
            f"| {found['false accepts']:.1%} |"
        )
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
