"""A new word for a model that is there, from a few clips or from synthetic voices, in seconds.

clips -> a direction in the space of words -> a threshold by what is not the word -> a new bundle
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import polars as pl
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from unheard.corpus.classes import BACKGROUND, ClassMap
from unheard.corpus.clips import fit_clip, load_clips
from unheard.corpus.speech_pieces import speech_pieces
from unheard.corpus.table import Corpus
from unheard.errors import AudioError, CorpusError, UsageError
from unheard.evaluate.intervals import Estimate, wilson_interval
from unheard.few_shot import background_directions, few_shot_recipe, require_share, voice_sums
from unheard.models.speech_model import SpeechModel
from unheard.models.word_space import WordSpace
from unheard.release.attach import attach_word
from unheard.release.export import export_onnx
from unheard.release.model_card import card_with_words
from unheard.run import Watch
from unheard.runtime.bundle import CARD_FILE, MODEL_FILE, Bundle, BundleInfo, write_bundle
from unheard.signal.audio_file import read_audio, to_int16
from unheard.train.few_shot import Examples, held_out_cosines, prototypes
from unheard.train.prepare import build_model
from unheard.train.thresholds import SYNTHETIC_WORDS, TALKING, choose_threshold, people_nearer
from unheard.train.word_space import Directions, OtherWords, Turn, embed, fit_space

MOST_OWN_CLIPS = 400  # recordings of the model's own run that the threshold is set by
MOST_WINDOWS = 1000  # of people talking there


@dataclass(frozen=True)
class EnrolOptions:
    """`false_accepts`: share of other words and noises that may pass for the new word. `voices`: learn it
    from synthetic voices too; it must be an English word."""

    false_accepts: float = 0.01
    voices: bool = False
    seed: int = 0


@dataclass(frozen=True)
class Enrolment:
    """The new bundle, and what may be expected of the word in it."""

    bundle: Bundle
    word: str
    num_clips: int
    recall: Estimate | None  # of clips left out in turn; None where nothing would be left
    threshold: float
    false_accepts: dict[str, float]  # kind -> share of those that the threshold was not set by
    run: Path | None  # whose recordings the threshold was set by, where there is one

    def to_dict(self) -> dict[str, Any]:
        return {
            "bundle": str(self.bundle.path),
            "word": self.word,
            "clips": self.num_clips,
            "recall": None if self.recall is None else self.recall.to_dict(),
            "threshold": self.threshold,
            "false_accepts": self.false_accepts,
            "run": None if self.run is None else str(self.run),
        }


@dataclass(frozen=True)
class _Heard:
    """Clips of one kind: where they lie, and how near the words that are known come (or 0)."""

    directions: Directions
    rivals: NDArray[np.float32]  # (num_clips,)

    def margins(self, cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        """`(num_clips, 1)`: by how much a new word is nearer than what is known."""
        return cosines - self.rivals[:, None]


def enrol_word(
    model: Path,
    word: str,
    recordings: Sequence[Path],
    folder: Path,
    options: EnrolOptions = EnrolOptions(),
    watch: Watch = Watch(),
) -> Enrolment:
    """Write a bundle into `folder` that knows one word more.

    Raises: UsageError for a word that is known, no clips, or another sample rate; AudioError for a clip that
    can't be read; MissingExtraError without `unheard[voices]`.
    """
    bundle = Bundle.load(model)
    _require_possible(bundle, word, recordings, options)
    if folder.exists() and (folder.is_file() or any(folder.iterdir())):
        raise UsageError(f"'{folder}' is there already; the new model goes into a new folder. Give another.")
    recipe = few_shot_recipe()
    space = build_model(recipe, ClassMap((word,)), bundle.info.window_s, options.seed).eval()
    rows, turn = _known_words(bundle) or (None, None)
    others = fit_space(space, recipe, watch.on_step, watch.on_progress, turn)
    samples = _read(recordings, bundle.info)
    watch.on_step(f"learning '{word}' from {len(samples)} clips" + (" and voices" if options.voices else ""))
    spoken = voice_sums(space, (word,), recipe, options.seed) if options.voices else None
    clips = _heard(embed(space, samples), rows) if len(samples) else _heard(_nothing(space), rows)
    copies = [hashlib.sha256(clip.tobytes()).hexdigest() for clip in samples]  # left out together
    examples = Examples(clips.directions, np.zeros(len(samples), np.int64), copies)
    direction = prototypes(examples, 1, spoken)
    source = _run_of(model, bundle)
    negatives = _negatives(source, space, word, others, options, watch)
    margins = {kind: _heard(found, rows).margins(found @ direction.T) for kind, found in negatives.items()}
    margins[SYNTHETIC_WORDS] += people_nearer(np.array([len(samples)]), voices=options.voices)
    left = held_out_cosines(examples, 1, spoken)
    held_out = clips.margins(left)[:, 0]
    _leave_out_the_word(margins, held_out[left[:, 0] > -1], watch)
    threshold, passed = choose_threshold(margins, options.false_accepts)
    _say_what_cannot_be_told(negatives, options.false_accepts, watch)
    recall = _recall(held_out > threshold, alone=len(set(copies)) < 2 and not options.voices)
    graph = _graph(bundle, space, direction, threshold, rows)
    enrolled = Enrolment(bundle, word, len(samples), recall, threshold, passed, source)
    num_added = space.num_parameters if rows is None else direction.shape[1] + 1
    return _written(enrolled, graph, num_added, folder)


def _run_of(model: Path, bundle: Bundle) -> Path | None:
    """The run that a model lies in, or that words were added to before, where its corpus is still there."""
    before = [note.get("run") for note in bundle.info.corpus.get("enrolled", [])]
    folders = [model, *(bundle.path / name for name in reversed(before) if name)]
    return next((folder.resolve() for folder in folders if (folder / "corpus.parquet").is_file()), None)


def _leave_out_the_word(
    margins: dict[str, NDArray[np.float32]], own: NDArray[np.float32], watch: Watch
) -> None:
    """Of people talking, drop the windows that are as near as the word's own clips, left out, mostly are:
    recordings that were chosen for other words may say this one."""
    talking = margins.pop(TALKING, None)
    if talking is None:
        return
    said = talking[:, 0] >= np.median(own) if len(own) else np.zeros(len(talking), bool)
    if said.any():
        watch.on_step(
            f"left out: {int(said.sum())} windows of people talking, which sound like the word itself"
        )
    if not said.all():
        margins[TALKING] = talking[~said]


def _say_what_cannot_be_told(negatives: dict[str, Directions], false_accepts: float, watch: Watch) -> None:
    most = max(len(found[::2]) for found in negatives.values())
    if false_accepts * most < 1:
        watch.on_step(
            f"{false_accepts:.2%} is less than one of the {most} clips that the threshold is set by: what "
            f"passes may be {1 / most:.2%} and more"
        )


def _require_possible(bundle: Bundle, word: str, recordings: Sequence[Path], options: EnrolOptions) -> None:
    if not word.strip() or word in BACKGROUND:
        raise UsageError(f"'{word}' is no word that can be learned. Give the label that it is to have.")
    if word in bundle.info.labels:
        raise UsageError(f"The model knows '{word}' already; it knows {', '.join(bundle.info.labels)}.")
    if not recordings and not options.voices:
        raise UsageError(f"Nothing says how '{word}' sounds: give clips of it, or --voices.")
    require_share(options.false_accepts)
    wanted = few_shot_recipe().data.sample_rate
    if bundle.info.sample_rate != wanted:
        raise UsageError(
            f"The model hears {bundle.info.sample_rate} Hz; words can be added to models at {wanted} Hz. "
            f"Train it with --set data.sample_rate={wanted}."
        )


def _read(recordings: Sequence[Path], info: BundleInfo) -> NDArray[np.int16]:
    """`(num_clips, window_samples)`, each the loudest window of its recording."""
    clips = [
        to_int16(fit_clip(read_audio(path, sample_rate=info.sample_rate)[0], info.window_samples))
        for path in recordings
    ]
    return np.stack(clips) if clips else np.zeros((0, info.window_samples), np.int16)


def _nothing(space: SpeechModel) -> Directions:
    return np.zeros((0, space.network.embedding_size), np.float32)


def _known_words(bundle: Bundle) -> tuple[Directions, Turn] | None:
    """Of a few-shot model its words with their biases, `(num_words, 769)`, and its space; else None."""
    if bundle.info.architecture != "word-space":
        return None
    graph = onnx.load(bundle.path / MODEL_FILE).graph
    found = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    weight = found["network.classify.weight"]
    bias = found.get("network.classify.bias", np.zeros(len(weight), np.float32))  # left out where it is 0
    rows = np.concatenate([weight, bias[:, None]], axis=1)
    return rows, (found["network.turn.weight"], found["network.turn.bias"])


def _heard(directions: Directions, rows: Directions | None) -> _Heard:
    if rows is None:
        return _Heard(directions, np.zeros(len(directions), np.float32))
    return _Heard(directions, (directions @ rows[:, :-1].T + rows[:, -1]).max(axis=1))


def _negatives(
    run: Path | None, space: SpeechModel, word: str, others: OtherWords, options: EnrolOptions, watch: Watch
) -> dict[str, Directions]:
    """What is not the word, by kind, in an order of chance: synthetic words, and of a run its own recordings,
    where they are at hand."""
    random = np.random.default_rng(options.seed)
    synthetic = others.without((word,))
    found = {SYNTHETIC_WORDS: synthetic[random.permutation(len(synthetic))]}
    if run is None:
        return found
    try:
        return found | _of_its_run(Corpus.load(run / "corpus.parquet"), space, word, random)
    except (AudioError, CorpusError) as error:
        watch.on_step(f"threshold set by synthetic words alone, recordings of the run are missing: {error}")
        return found


def _of_its_run(
    corpus: Corpus, space: SpeechModel, word: str, random: np.random.Generator
) -> dict[str, Directions]:
    """Other words and background of a run's corpus, by kind.

    Raises: CorpusError or AudioError where its recordings can't be read.
    """

    def some_of(table: pl.DataFrame, most: int) -> Directions:
        """Of so many rows that decode, in an order of chance."""
        chosen = Corpus(table[random.permutation(table.height)[:most]], layout=corpus.layout)
        clips = load_clips(chosen, sample_rate=rate, window_samples=space.window_samples)
        decoded = [row for row in range(len(clips)) if row not in clips.failed]
        return embed(space, clips.samples[decoded], fast=True)

    found, rate = {}, few_shot_recipe().data.sample_rate
    heard = (pl.col("split") != "test").fill_null(True)  # the test stays one
    words = corpus.filter((pl.col("role") == "utterance") & (pl.col("label") != word) & heard)
    if words.frame.height:
        found["words of its run"] = some_of(words.frame, MOST_OWN_CLIPS)
    pieces = speech_pieces(corpus, space.window_samples / rate)
    if pieces is not None:
        found[TALKING] = some_of(pieces.frame, MOST_WINDOWS)
    return found | background_directions(corpus, space, rate)


def _recall(passed: NDArray[np.bool_], *, alone: bool) -> Estimate | None:
    """Share of clips that are heard when left out, with Wilson's interval."""
    return None if alone or not len(passed) else wilson_interval(float(passed.sum()), len(passed))


def _graph(
    bundle: Bundle, space: SpeechModel, direction: Directions, threshold: float, rows: Directions | None
) -> bytes:
    """A few-shot model with a row more; any other with the encoder beside it."""
    row = np.append(direction[0], -threshold)[None].astype(np.float32)
    if rows is None:
        return attach_word((bundle.path / MODEL_FILE).read_bytes(), export_onnx(_with_rows(space, row)))
    return export_onnx(_with_rows(space, np.concatenate([rows, row])))


def _with_rows(space: SpeechModel, rows: Directions) -> SpeechModel:
    """The model with these words and biases."""
    assert isinstance(space.network, WordSpace)
    layer = torch.nn.Linear(rows.shape[1] - 1, len(rows))
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(rows[:, :-1]))
        layer.bias.copy_(torch.from_numpy(rows[:, -1]))
    space.network.classify = layer
    return space


def _written(enrolled: Enrolment, graph: bytes, num_added: int, folder: Path) -> Enrolment:
    """The bundle with `num_added` parameters more, and the word among what is said of its corpus."""
    info = enrolled.bundle.info
    # relative: what ships names no user's folders
    run = None if enrolled.run is None else os.path.relpath(enrolled.run, folder.resolve())
    notes = [*info.corpus.get("enrolled", []), {**enrolled.to_dict(), "bundle": None, "run": run}]
    new = info.model_copy(
        update={
            "name": folder.resolve().name,
            "labels": (*info.labels, enrolled.word),
            "num_parameters": info.num_parameters + num_added,
            "corpus": {**info.corpus, "enrolled": notes},
        }
    )
    card = (enrolled.bundle.path / CARD_FILE).read_text("utf-8")
    write_bundle(folder, graph, new, card_with_words(card, new))
    return replace(enrolled, bundle=Bundle.load(folder))
