"""The space in which a word is a direction, fitted to hundreds of words that are none of the user's.

What differs between clips of one word - voice, tempo, level, room, noise, microphone - is measured on
synthetic voices, each as it is and augmented, and divided away. Computed once for each window length.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from zipfile import BadZipFile

import numpy as np
import torch
from numpy.typing import NDArray

from unheard.corpus.classes import ClassMap
from unheard.corpus.clips import FORMAT as CLIPS_FORMAT
from unheard.corpus.clips import cache_folder
from unheard.corpus.labelled import labelled_clips
from unheard.files import replacing
from unheard.models.speech_model import SpeechModel
from unheard.models.word_space import WordSpace
from unheard.train.augmentation import Augmentation
from unheard.train.precision import cpu_has_bf16
from unheard.train.prepare import word_keeping
from unheard.train.recipe import Recipe
from unheard.train.synthetic import english_words, other_orders, speak_orders

SHRINKAGE = 0.7  # towards a scatter without correlations; best of 0.3 to 0.97 on validation speakers
VERSION = 2  # of what is kept in the cache
_BATCH = 32
_INT16_SCALE = 1.0 / 32768.0

Turn = tuple[NDArray[np.float32], NDArray[np.float32]]  # weight (768, 768) and bias (768,)
Directions = NDArray[np.float32]  # (num_clips, 768), of length 1


@dataclass(frozen=True)
class OtherWords:
    """What the space was fitted to: directions of synthetic clips, and the word of each."""

    directions: Directions
    words: NDArray[np.str_]

    def without(self, words: tuple[str, ...]) -> Directions:
        """Directions of all words but these."""
        return self.directions[~np.isin(self.words, words)]


def fit_space(
    model: SpeechModel,
    recipe: Recipe,
    on_step: Callable[[str], None],
    on_progress: Callable[[int, int], None] | None = None,
    turn: Turn | None = None,
) -> OtherWords:
    """Set `turn` of the network, from the cache where the space is known; or to another that is given.

    Raises: MissingExtraError without `unheard[voices]`.
    """
    sounds = (model.front_end.options, model.window_samples, recipe.augment, english_words())
    key = (VERSION, CLIPS_FORMAT, _encoder_digest(model), *sounds)
    target = cache_folder() / "word-space" / f"{hashlib.sha256(repr(key).encode()).hexdigest()[:16]}.npz"
    if not target.is_file():
        on_step("fitting the space of words to synthetic voices; this is done once and takes a minute or two")
        with replacing(target) as partial, partial.open("wb") as file:
            np.savez(file, **_fitted(model, recipe, on_progress))  # type: ignore[arg-type]
    try:
        with target.open("rb") as there, np.load(there, allow_pickle=False) as kept:
            _set_turn(_network(model), turn or (kept["weight"], kept["bias"]))
            pooled = torch.from_numpy(kept["pooled"].astype(np.float32))
            return OtherWords(_turned(model, pooled), kept["words"])
    except (BadZipFile, ValueError, KeyError, EOFError):
        target.unlink()  # torn: whoever wrote it was not us
        return fit_space(model, recipe, on_step, on_progress, turn)


def _encoder_digest(model: SpeechModel) -> str:
    """Of all weights but those that are made from the words."""
    made, total = ("turn.", "classify."), hashlib.blake2b(digest_size=16)
    for name, values in sorted(_network(model).state_dict().items()):
        if not name.startswith(made):
            total.update(name.encode() + values.cpu().numpy().tobytes())
    return total.hexdigest()


def embed(model: SpeechModel, samples: NDArray[np.int16], *, fast: bool = False) -> Directions:
    """Directions of int16 clips `(num_clips, any)`; `fast` in bfloat16 where the processor has it."""
    return _turned(model, torch.cat(list(_pooled(model, _batches(samples), fast))))


def changed_copies(
    samples: NDArray[np.int16], augmentation: Augmentation, sample_rate: int, seed: int
) -> NDArray[np.int16]:
    """One augmented copy of each clip."""
    generator, copies = torch.Generator().manual_seed(seed), []
    for batch in _batches(samples):
        classes = torch.zeros(len(batch), dtype=torch.long)
        changed, _ = augmentation.change_samples(batch, classes, None, sample_rate, generator)
        copies.append((changed.clamp(-1, 1) * 32767).round().to(torch.int16).numpy())
    return np.concatenate(copies)


def _fitted(
    model: SpeechModel, recipe: Recipe, on_progress: Callable[[int, int], None] | None
) -> dict[str, NDArray[np.generic]]:
    """What the cache keeps: `turn`, and what the encoder answers to the other words."""
    rate = recipe.data.sample_rate
    spoken = speak_orders(other_orders(english_words(), rate, seed=0))
    classes = ClassMap(tuple(spoken.labels))
    clips = labelled_clips(spoken, classes, sample_rate=rate, window_samples=model.window_samples)
    copies = changed_copies(clips.samples, word_keeping(spoken, recipe, clips.samples), rate, seed=0)
    both = (clips.samples, copies)
    pooled = []
    for number, samples in enumerate(both):
        pooled.append(torch.cat(list(_pooled(model, _batches(samples), fast=True))).numpy())
        if on_progress:
            on_progress(number + 1, len(both))
    weight, bias = whitening(np.concatenate(pooled), np.tile(clips.classes, len(both)))
    words = np.array(classes.labels)[clips.classes]
    return {"weight": weight, "bias": bias, "pooled": pooled[0].astype(np.float16), "words": words}


def whitening(
    pooled: NDArray[np.float32], classes: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """`weight (size, size)` and `bias (size,)` after which the mean is 0 and the scatter within classes 1.

    The scatter is shrunk towards its diagonal. Of all such weights it is the symmetric one, which is the same
    on every machine.
    """
    mean = pooled.mean(axis=0, dtype=np.float64)
    centred = pooled - mean
    sums = np.zeros((int(classes.max()) + 1, pooled.shape[1]))
    np.add.at(sums, classes, centred)
    within = centred - (sums / np.maximum(1, np.bincount(classes))[:, None])[classes]
    scatter = within.T @ within / len(within)
    shrunk = (1 - SHRINKAGE) * scatter + SHRINKAGE * np.diag(np.diag(scatter))
    values, vectors = np.linalg.eigh(shrunk)
    weight = (vectors / np.sqrt(np.maximum(values, 1e-8 * values.max()))) @ vectors.T
    return weight.astype(np.float32), (-weight @ mean).astype(np.float32)


def _network(model: SpeechModel) -> WordSpace:
    assert isinstance(model.network, WordSpace)
    return model.network


def _set_turn(network: WordSpace, turn: Turn) -> None:
    with torch.no_grad():
        for own, values in zip((network.turn.weight, network.turn.bias), turn, strict=True):
            own.copy_(torch.tensor(values))


def _turned(model: SpeechModel, pooled: torch.Tensor) -> Directions:
    with torch.inference_mode():
        turned = _network(model).turn(pooled)
        return np.asarray(torch.nn.functional.normalize(turned, dim=1).numpy())


def _batches(samples: NDArray[np.int16]) -> Iterator[torch.Tensor]:
    for start in range(0, len(samples), _BATCH):
        yield torch.from_numpy(np.array(samples[start : start + _BATCH])).float() * _INT16_SCALE


def _pooled(model: SpeechModel, batches: Iterator[torch.Tensor], fast: bool) -> Iterator[torch.Tensor]:
    network = _network(model).eval()
    for batch in batches:
        with torch.inference_mode():
            features = model.front_end(batch)
            with torch.autocast("cpu", torch.bfloat16, enabled=fast and cpu_has_bf16()):
                yield network.pooled(features)
