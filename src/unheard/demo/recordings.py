"""A small corpus of spoken words, made offline: synthetic voices, each recorded in its own place.

People who send in recordings have their own microphone, room and background, the same in all their clips; a
model can learn these along with the words. So each voice here is recorded in one room, with one colour and
level of noise, by one microphone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from unheard.augment.base import BatchInfo, Params, Transform
from unheard.augment.colored_noise import ColoredNoise
from unheard.augment.microphone import Microphone
from unheard.augment.room_simulation import RoomOptions, simulated_rooms
from unheard.augment.rooms import Rooms
from unheard.corpus.clips import OnProgress
from unheard.corpus.table import Corpus
from unheard.corpus.voices import VoiceOptions, synthesize_corpus
from unheard.signal.audio_file import read_audio, write_audio

COMMANDS = ("yes", "no", "up", "down", "left", "right", "stop", "go")
OTHER_WORDS = ("bed", "bird", "cat", "dog", "happy", "house")  # what a model has to call unknown
HOME_ROOM_SEED = 4_211  # neither rooms of training nor those of the measurement
PEAK = 0.99
_EACH_MOMENT = ("table_start",)  # which noise is heard; all else is of the place


@dataclass(frozen=True)
class RecordingOptions:
    """Which words are said by which voices."""

    words: tuple[str, ...] = COMMANDS + OTHER_WORDS
    voices: VoiceOptions = field(default_factory=lambda: VoiceOptions(num_voices=30, takes_per_word=4))


def make_recordings(folder: Path, options: RecordingOptions, on_progress: OnProgress | None = None) -> Corpus:
    """The corpus, its clips in `<word>/<speaker>_<take>.flac`; same options, same samples.

    `folder` must be new: clips are spoken first and then recorded in their place.
    Raises: MissingExtraError without the extra `unheard[voices]`.
    """
    corpus = synthesize_corpus(folder, options.words, options.voices, on_progress)
    paths = corpus.frame.group_by("speaker", maintain_order=True).agg("path")["path"].to_list()
    places = _places(options.voices.sample_rate)
    for number, of_speaker in enumerate(paths):
        generator = torch.Generator().manual_seed(1_000 * options.voices.seed + number)
        _record([Path(path) for path in of_speaker], places, generator, options.voices.sample_rate)
        if on_progress:
            on_progress(number + 1, len(paths))
    return corpus


def _places(sample_rate: int) -> tuple[Transform, ...]:
    """What lies between a mouth and a file, for people near their microphone in usual rooms."""
    homes = RoomOptions(
        num_rooms=60,
        sample_rate=sample_rate,
        seed=HOME_ROOM_SEED,
        max_rt60_s=0.5,
        max_size_m=6.0,
        max_distance_m=1.0,
        max_response_s=0.5,
    )
    return (
        Rooms(bank=simulated_rooms(homes)),
        ColoredNoise(min_snr_db=15, max_snr_db=40, min_exponent=0),
        Microphone(max_gain_db=10),
    )


def _record(
    paths: Sequence[Path], place: Sequence[Transform], generator: torch.Generator, sample_rate: int
) -> None:
    """All clips of a speaker, replaced by how they sound in one place drawn for them."""
    clips = [torch.from_numpy(read_audio(path)[0]) for path in paths]
    samples = torch.nn.utils.rnn.pad_sequence(clips, batch_first=True)
    for transform in place:
        samples = transform.apply(samples, one_draw(transform, samples, generator, sample_rate))
    samples = samples * min(1.0, PEAK / float(samples.abs().max()))
    for path, clip, recorded in zip(paths, clips, samples, strict=True):
        write_audio(path, recorded[: len(clip)].numpy().astype(np.float32), sample_rate)


def one_draw(transform: Transform, samples: Tensor, generator: torch.Generator, sample_rate: int) -> Params:
    """A draw for a batch in which all clips have the values of the first, but for the moment of the noise."""
    drawn = transform.draw(BatchInfo(samples.shape[0], samples.shape[1], sample_rate), generator)
    return {
        name: value if value.ndim == 0 or name in _EACH_MOMENT else value[:1].expand_as(value)
        for name, value in drawn.items()
    }
