"""What every model hears: the same clips of people that no training heard, under the same conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from accuracy.coding import Clips, through_mp3, tilted
from accuracy.rows import FinishedRun, Row
from numpy.typing import NDArray
from unheard_words import MAX_CLIPS, joined, unheard_words

from unheard.augment.conditions import CLEAN, conditions, under_condition
from unheard.augment.noise_bank import NoiseBank
from unheard.augment.room_bank import RoomBank
from unheard.corpus.classes import BACKGROUND, UNKNOWN
from unheard.corpus.labelled import LabelledClips, labelled_clips
from unheard.corpus.table import Corpus
from unheard.errors import CorpusError
from unheard.pipeline import audio_files
from unheard.release.measure import SEED, class_map
from unheard.train.prepare import split_with_noise

TRAINING_KINDS = ("clock_tick", "dog_bark", "fire_crackling", "helicopter", "person_sneeze", "rain")
NO_ROOM = "filter-telephone"  # a filter among the room recordings
TILT, MP3 = "microphone tilt", "MP3 32 kbit/s"
ADDED_NOISE = "noise/"  # ids of recordings that a training was given besides the corpus's own
OWN = "speech_commands"  # the source of unknown words that belong to the corpus


@dataclass(frozen=True)
class Hearing:
    """`clips`: the test clips, then the unheard words; `heard`: condition -> these clips under it."""

    clips: LabelledClips
    num_own: int
    labels: tuple[str, ...]
    heard: dict[str, Clips]
    noise_kinds: tuple[str, ...]

    @property
    def is_command(self) -> NDArray[np.bool_]:
        """Of each class, whether it is a command."""
        return np.array([label not in BACKGROUND for label in self.labels])

    @property
    def weights(self) -> NDArray[np.float64]:
        """What each clip counts: 1, and the unheard words together as much as the average command.

        Else accuracy would depend on how many of them happen to be at hand.
        """
        own = self.clips.classes[: self.num_own]
        average_command = self.is_command[own].sum() / self.is_command.sum()
        num_unheard = len(self.clips) - self.num_own
        return np.concatenate([np.ones(self.num_own), np.full(num_unheard, average_command / num_unheard)])

    def accuracy(self, correct: NDArray[np.float64]) -> float:
        """Weighted mean of what each clip scores."""
        return float(np.average(correct, weights=self.weights))

    def false_accept_sources(self) -> dict[str, NDArray[np.int64]]:
        """Source -> rows of its words that must be refused; unheard words together come first."""
        place = np.arange(len(self.clips))
        unknown = self.labels.index(UNKNOWN)
        sources = {"unheard words": place[self.num_own :]}
        for source in dict.fromkeys(name.split("/")[0] for name in self.clips.ids[self.num_own :]):
            named = [row for row in place[self.num_own :] if self.clips.ids[row].startswith(f"{source}/")]
            sources[source] = np.array(named)
        known = place[: self.num_own][self.clips.classes[: self.num_own] == unknown]
        return sources | ({f"{OWN}, words of training": known} if len(known) else {})


def hearing(rows: Sequence[Row], data: Path, max_unheard: int = MAX_CLIPS) -> Hearing:
    """The clips under every condition; raises CorpusError when a model has no class for other words."""
    runs = [run for row in rows for run in row.runs]
    first = rows[0].first
    info, classes = first.bundle.info, class_map(first.bundle)
    own = labelled_clips(
        split_with_noise(_without_added_noise(first.corpus), "test"),
        classes,
        sample_rate=info.sample_rate,
        window_samples=info.window_samples,
        silence_from="test",
    )
    words = unheard_words(
        data,
        set().union(*(run.heard_words for run in runs)),
        classes,
        sample_rate=info.sample_rate,
        window_samples=info.window_samples,
        max_clips=max_unheard,
    )
    clips, kinds = joined(own, words), _reported_kinds(data, runs)
    return Hearing(
        clips=clips,
        num_own=len(own),
        labels=info.labels,
        heard=_under_every_condition(clips.samples, data, kinds, info.sample_rate),
        noise_kinds=kinds,
    )


def _without_added_noise(corpus: Corpus) -> Corpus:
    """What all runs are tested on: silence is made of the corpus's own background alone."""
    return corpus.filter(~((pl.col("role") == "noise") & pl.col("id").str.starts_with(ADDED_NOISE)))


def _reported_kinds(data: Path, runs: Sequence[FinishedRun]) -> tuple[str, ...]:
    """Kinds of noise that no training was given, nor may be."""
    used = set(TRAINING_KINDS).union(*(run.noise_kinds for run in runs))
    kinds = sorted({path.relative_to(data / "noise").parts[0] for path in audio_files(data / "noise")} - used)
    if not kinds:
        raise CorpusError(f"'{data / 'noise'}' has no kind of noise left that no run was trained with.")
    return tuple(kinds)


def _under_every_condition(
    samples: Clips, data: Path, kinds: Sequence[str], sample_rate: int
) -> dict[str, Clips]:
    noise = [path for kind in kinds for path in _files(data / "noise" / kind)]
    rooms = [path for path in audio_files(data / "rooms") if path.stem != NO_ROOM]
    chains = conditions(
        sample_rate,
        noise=NoiseBank.from_files(noise, sample_rate),
        rooms=RoomBank.from_files(rooms, sample_rate),
    )
    heard = {
        name: np.concatenate(list(under_condition(samples, chain, sample_rate, SEED)))
        for name, chain in chains.items()
    }
    tilt, mp3 = tilted(heard[CLEAN], sample_rate, SEED), through_mp3(heard[CLEAN], sample_rate)
    return heard | {TILT: tilt, MP3: mp3}


def _files(place: Path) -> list[Path]:
    return audio_files(place) if place.is_dir() else [place]
