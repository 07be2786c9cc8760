"""The transforms of a recipe, with the noise, voices and rooms that they draw from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import torch
from torch import Tensor

from unheard.augment.babble import Babble
from unheard.augment.base import BatchInfo, Transform
from unheard.augment.calls import Calls
from unheard.augment.catalog import find_transform
from unheard.augment.chain import Chain
from unheard.augment.noise import Noise
from unheard.augment.noise_bank import NoiseBank
from unheard.augment.room_bank import RoomBank
from unheard.augment.room_simulation import RoomOptions, simulated_rooms
from unheard.augment.rooms import Rooms
from unheard.errors import UsageError, unknown_name
from unheard.train.recipe import TransformRow

FROM_SPEECH = (Babble, Calls)
ANY_SOUND = NoiseBank(torch.zeros(1), torch.tensor([0, 1]))
NO_WORD = -1  # the class of clips without speech, while they are changed


@dataclass(frozen=True)
class Sources:
    """What transforms draw from; None where the corpus has none of it."""

    sample_rate: int
    noise: NoiseBank | None = None
    speech: NoiseBank | None = None
    rooms: RoomBank | None = None

    def options_for(self, kind: type[Transform]) -> dict[str, Any] | None:
        """The bank that a transform takes, as its option; None where there is nothing to draw from."""
        if kind is Rooms:
            return {"bank": self.rooms or simulated_rooms(RoomOptions(sample_rate=self.sample_rate))}
        if kind not in (Noise, *FROM_SPEECH):
            return {}
        bank = self.speech if kind in FROM_SPEECH else self.noise
        return None if bank is None else {"bank": bank}


@dataclass(frozen=True)
class Augmentation:
    """Transforms of samples, then transforms of features. `skipped` says which found nothing to draw from."""

    samples: Chain
    features: Chain
    skipped: tuple[str, ...] = ()

    def change_samples(
        self,
        samples: Tensor,
        classes: Tensor,
        unknown: int | None,
        sample_rate: int,
        generator: torch.Generator,
    ) -> tuple[Tensor, Tensor]:
        """Changed samples `(batch, num_samples)` and classes: what no longer is its word is unknown.

        A clip of the class `NO_WORD` stays that, unless a part of a word was put into it.
        """
        info = BatchInfo(samples.shape[0], samples.shape[1], sample_rate, labels=classes.cpu())
        draws = self.samples.draw(info, generator)
        for transform, draw in zip(self.samples.transforms, draws, strict=True):
            if transform.changes_word and unknown is not None:
                changed = draw["applies"].to(classes.device)
                spoken = (classes != NO_WORD) | transform.mixes_clips
                classes = torch.where(changed & spoken, unknown, classes)
        return self.samples.apply(samples, draws), classes

    def change_features(self, features: Tensor, sample_rate: int, generator: torch.Generator) -> Tensor:
        """Changed features `(batch, num_bins, num_frames)`."""
        info = BatchInfo(features.shape[0], features.shape[2], sample_rate)
        return self.features.apply(features, self.features.draw(info, generator))


def build_augmentation(rows: Iterable[TransformRow], sources: Sources, *, has_unknown: bool) -> Augmentation:
    """Transforms of the recipe in its order.

    A transform that needs recordings the corpus does not have, or makes non-words where the model has no
    `_unknown_`, is skipped and named.
    Raises: UsageError for an unknown transform or option, naming the nearest known one, and for a value that
    is no number.
    """
    built: list[Transform] = []
    skipped: list[str] = []
    for row in rows:
        kind = find_transform(row.transform)
        options, bank = _checked_options(kind, row), sources.options_for(kind)
        if kind.changes_word and not has_unknown:
            skipped.append(f"{row.transform}: the model has no class _unknown_")
        elif bank is None:
            kind(**options | {"bank": ANY_SOUND})  # its options are checked all the same
            skipped.append(f"{row.transform}: the corpus has no recordings for it")
        else:
            built.append(kind(**bank, **options))
    return Augmentation(
        samples=Chain(tuple(step for step in built if step.num_dims == 2)),
        features=Chain(tuple(step for step in built if step.num_dims == 3)),
        skipped=tuple(skipped),
    )


def _checked_options(kind: type[Transform], row: TransformRow) -> dict[str, Any]:
    if kind.num_dims is None:
        raise UsageError(f"Transform '{row.transform}' mixes labels too. Set training.mixup_alpha instead.")
    known = {field.name: field.type for field in fields(kind) if field.name != "bank"}
    for option, value in row.options.items():
        if option not in known:
            raise UsageError(f"Transform '{row.transform}': {unknown_name('option', option, known)}")
        wanted, words = (int, "a whole number") if known[option] == "int" else (int | float, "a number")
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise UsageError(f"Transform '{row.transform}': {option} is {value!r}; it takes {words}.")
    return row.options
