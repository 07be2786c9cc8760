"""The training itself: clips and a recipe in, a trained model out; killed and resumed, the same model."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import torch
from lightning.pytorch.callbacks import Callback, ModelCheckpoint
from torch.utils.data import DataLoader, TensorDataset

from unheard.cores import usable_cores
from unheard.corpus.classes import ClassMap
from unheard.corpus.labelled import LabelledClips
from unheard.models.speech_model import SpeechModel
from unheard.train.augmentation import Augmentation
from unheard.train.averaging import averaging
from unheard.train.checkpoints import AtomicCheckpoints, load_weights
from unheard.train.curves import CurveRow, Curves, OnBatch, ProgressLine, read_curves
from unheard.train.data import EpochBatches, EpochPlan, TrainingClips
from unheard.train.draws import DrawnBatches, Draws
from unheard.train.memory import keep_freed_memory
from unheard.train.module import TrainingModule
from unheard.train.precision import choose_precision
from unheard.train.recipe import Recipe, TrainingSection
from unheard.train.samples_log import SamplePredictions
from unheard.train.silence import SilenceMaker
from unheard.train.step import StepSources
from unheard.train.stopping import Patience

NUM_SAMPLE_PREDICTIONS = 12
VALIDATION_BATCH = 200
Batches = EpochBatches | DrawnBatches


@dataclass(frozen=True)
class TrainingData:
    """What is learned from, and what is watched while learning."""

    classes: ClassMap
    train: TrainingClips
    validation: LabelledClips
    augmentation: Augmentation
    silence: SilenceMaker

    @property
    def sources(self) -> StepSources:
        """What a step draws from besides its batch."""
        return StepSources(self.classes, self.augmentation, self.silence)


@dataclass(frozen=True)
class Callbacks:
    """Who wants to know how it goes."""

    on_epoch: Callable[[CurveRow, int], None] | None = None  # a row, and the epochs there will be
    on_batch: OnBatch | None = None


@dataclass(frozen=True)
class Fitted:
    """The model with the weights that ship (evaluation mode, CPU), its curves, and the epochs trained."""

    model: SpeechModel
    curves: list[CurveRow]
    num_epochs: int


class _Data(pl.LightningDataModule):
    def __init__(self, data: TrainingData, epoch: Callable[[int], Batches]) -> None:
        super().__init__()
        self.data, self.epoch = data, epoch

    def train_dataloader(self) -> Any:
        return DataLoader(self.epoch(self.trainer.current_epoch if self.trainer else 0), batch_size=None)

    def val_dataloader(self) -> Any:
        clips = self.data.validation
        content = TensorDataset(torch.tensor(clips.samples), torch.from_numpy(clips.classes))
        return DataLoader(content, batch_size=VALIDATION_BATCH)


def fit(
    model: SpeechModel,
    data: TrainingData,
    recipe: Recipe,
    folder: Path,
    *,
    seed: int = 0,
    resume: bool = False,
    draws: Draws | None = None,
    callbacks: Callbacks = Callbacks(),
) -> Fitted:
    """Train `model` in `folder` (checkpoints, curves); with `draws` on them, else on what each epoch draws.

    With `resume`, training goes on after the last whole epoch and ends with the weights that an undisturbed
    run would have had (on a CPU, with the same number of threads).
    Raises: TrainingError when a checkpoint can't be read.
    """
    set_threads(recipe.training.num_threads)
    keep_freed_memory()
    # convolutions run as matrix products; torch does not type this argument
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    checkpoints = folder / "checkpoints"
    plan, batch_size = epoch_plan(data, recipe, seed), recipe.training.batch_size

    def epoch(number: int) -> Batches:
        if draws is not None:
            return DrawnBatches(draws, draws.rows(number, seed), batch_size)
        return EpochBatches(data.train, plan.rows(number), batch_size)

    module = TrainingModule(model, recipe, data.sources, seed, len(epoch(0)))
    last = checkpoints / "last.ckpt"
    with _quiet():
        trainer = _trainer(recipe.training, folder, _callbacks(model, data, recipe, folder, callbacks))
        loaders = _Data(data, epoch)
        trainer.fit(module, datamodule=loaders, ckpt_path=str(last) if resume and last.exists() else None)
    load_weights(model, shipped_checkpoint(folder, recipe))
    model.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    return Fitted(model.cpu().eval(), read_curves(folder / "curves.csv"), trainer.current_epoch)


def shipped_checkpoint(folder: Path, recipe: Recipe) -> Path:
    """Where the weights lie that the run of a folder ships."""
    return folder / "checkpoints" / ("best.ckpt" if recipe.training.keep == "best" else "last.ckpt")


def epoch_plan(data: TrainingData, recipe: Recipe, seed: int) -> EpochPlan:
    """Which clips each epoch has."""
    return EpochPlan(
        classes=data.train.classes,
        labels=data.classes.labels,
        options=recipe.data,
        unknown=data.classes.unknown,
        silence=data.classes.silence,
        seed=seed,
        num_voices=data.train.num_voices,
        num_speech=data.train.num_speech,
    )


def set_threads(num_threads: int) -> int:
    """Threads that torch computes with; 0 takes one a core that this process may use."""
    wanted = num_threads or usable_cores()
    torch.set_num_threads(wanted)
    return wanted


def _callbacks(
    model: SpeechModel, data: TrainingData, recipe: Recipe, folder: Path, callbacks: Callbacks
) -> list[Callback]:
    """Order matters: curves and samples are written before the checkpoint that a resumed run starts from."""
    options = recipe.training
    watched = data.validation
    chosen = slice(0, len(watched), max(1, len(watched) // NUM_SAMPLE_PREDICTIONS))
    found: list[Callback] = [
        Curves(folder, callbacks.on_epoch),
        SamplePredictions(
            folder / "sample_predictions.csv",
            model,
            watched.ids[chosen],
            watched.samples[chosen],
            watched.classes[chosen],
            data.classes.labels,
        ),
    ]
    if callbacks.on_batch:
        found.append(ProgressLine(callbacks.on_batch))
    if options.ema_decay > 0:
        found.append(averaging(options.ema_decay))
    if options.patience_epochs > 0:
        found.append(Patience(options.patience_epochs))
    target = folder / "checkpoints"
    best = ModelCheckpoint(target, "best", monitor="validation_loss", enable_version_counter=False)
    last = ModelCheckpoint(target, "last", save_on_train_epoch_end=True, enable_version_counter=False)
    return [*found, best, last]


def _trainer(options: TrainingSection, folder: Path, callbacks: list[Callback]) -> pl.Trainer:
    return pl.Trainer(
        accelerator={"auto": "auto", "cpu": "cpu", "cuda": "gpu"}[options.device],
        devices=1,
        precision=choose_precision(options),
        max_epochs=options.epochs,
        accumulate_grad_batches=options.accumulate_batches,
        gradient_clip_val=options.gradient_clip or None,
        reload_dataloaders_every_n_epochs=1,
        num_sanity_val_steps=0,
        callbacks=callbacks,
        plugins=[AtomicCheckpoints()],
        default_root_dir=folder,
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        deterministic="warn",
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Without Lightning's remarks on devices, loaders and workers, which say nothing to our users."""
    loggers = [logging.getLogger(name) for name in ("lightning.pytorch", "lightning.fabric")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="lightning")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
