"""What one would write at first: a Dataset that does everything clip by clip, a DataLoader, a loop.

Only for comparison. The transforms and the front end are those of the recipe, called on batches of one.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile
import soxr
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from unheard.augment.base import Params
from unheard.augment.chain import Chain
from unheard.augment.room_simulation import RoomOptions, compute_rooms
from unheard.augment.rooms import Rooms
from unheard.models.front_end import FrontEnd
from unheard.models.speech_model import SpeechModel
from unheard.train.augmentation import Augmentation
from unheard.train.module import build_optimiser
from unheard.train.precision import choose_precision
from unheard.train.recipe import Recipe


@dataclass(frozen=True)
class ClipByClip(Dataset[tuple[Tensor, int]]):
    """Features `(num_bins, num_frames)` and class of each recording, in its order."""

    paths: Sequence[Path]
    classes: Sequence[int]
    sample_rate: int
    window_samples: int
    augmentation: Augmentation
    front_end: FrontEnd
    unknown: int | None

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        samples = torch.from_numpy(self.decode(self.paths[index]))
        samples, label = self.augment(samples, self.classes[index])
        return self.features(samples), label

    def decode(self, path: Path) -> NDArray[np.float32]:
        """`(window_samples,)` at the wanted rate, padded or cut at the end."""
        samples, rate = soundfile.read(path, dtype="float32")
        if samples.ndim > 1:
            samples = samples.mean(axis=1)
        if rate != self.sample_rate:
            samples = soxr.resample(samples, rate, self.sample_rate)
        return np.pad(samples, (0, max(0, self.window_samples - len(samples))))[: self.window_samples]

    def augment(self, samples: Tensor, label: int) -> tuple[Tensor, int]:
        """The clip after the transforms of samples, and its class."""
        changed, labels = self.augmentation.change_samples(
            samples.unsqueeze(0),
            torch.tensor([label]),
            self.unknown,
            self.sample_rate,
            torch.default_generator,
        )
        return changed.squeeze(0).clamp(-1, 1), int(labels)

    def features(self, samples: Tensor) -> Tensor:
        """The log-mel features of one clip, masked."""
        with torch.no_grad():
            features = self.front_end(samples.unsqueeze(0))
        return self.augmentation.change_features(features, self.sample_rate, torch.default_generator).squeeze(
            0
        )


def train_epoch(
    model: SpeechModel, clips: ClipByClip, recipe: Recipe, *, num_workers: int, device: str
) -> float:
    """Train for one epoch; how many clips a second that was, the start of the workers included."""
    size = recipe.training.batch_size
    loader = DataLoader(
        clips, size, shuffle=True, num_workers=num_workers, drop_last=len(clips) % size == 1
    )  # batch normalisation needs two clips
    model.to(device).train()
    optimiser = build_optimiser(recipe.optimiser, model)
    start_s = time.perf_counter()
    for features, classes in loader:
        learn(model, optimiser, features.to(device), classes.to(device), recipe)
    return len(clips) / (time.perf_counter() - start_s)


def learn(
    model: SpeechModel, optimiser: torch.optim.Optimizer, features: Tensor, classes: Tensor, recipe: Recipe
) -> None:
    """One step: forward, backward, update."""
    with torch.autocast(
        features.device.type, torch.bfloat16, enabled=choose_precision(recipe.training) == "bf16-mixed"
    ):
        logits, _ = model.network(features)
    loss = functional.cross_entropy(logits.float(), classes, label_smoothing=recipe.training.label_smoothing)
    optimiser.zero_grad()
    torch.autograd.backward(loss)
    optimiser.step()


@dataclass(frozen=True, kw_only=True)
class RoomsAnew(Rooms):
    """Rooms that are computed for every clip instead of once, as many libraries do."""

    def change(self, samples: Tensor, values: Params) -> Tensor:
        options = RoomOptions(
            num_rooms=len(samples), sample_rate=self.bank.sample_rate, seed=int(values["room"][0])
        )
        return Rooms(bank=compute_rooms(options)).change(samples, {"room": torch.arange(len(samples))})


def with_rooms_anew(augmentation: Augmentation) -> Augmentation:
    """The same transforms, but for the rooms."""
    transforms = tuple(
        RoomsAnew(p=step.p, bank=step.bank) if isinstance(step, Rooms) else step
        for step in augmentation.samples.transforms
    )
    return replace(augmentation, samples=Chain(transforms))
