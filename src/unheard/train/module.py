"""One step of training, one of validation, and the optimiser: the Lightning module."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import lightning.pytorch as pl
import torch
from torch import Tensor
from torch.nn import functional

from unheard.augment.base import BatchInfo
from unheard.augment.mixup import Mixup
from unheard.errors import TrainingError
from unheard.models.speech_model import SpeechModel
from unheard.train.data import Batch
from unheard.train.draws import DrawnBatch
from unheard.train.novograd import NovoGrad
from unheard.train.recipe import OptimiserSection, PretrainedSection, Recipe, ScheduleSection
from unheard.train.step import INT16_SCALE, StepSources, augmented, step_seed
from unheard.train.transfer import parameter_groups

FROM_NOTHING = PretrainedSection()


def _layout(optimiser_state: dict[str, Any]) -> list[int]:
    """How many weights are in each group of an optimiser."""
    return [len(group["params"]) for group in optimiser_state["param_groups"]]


def rate_factor(options: ScheduleSection, epoch: float, num_epochs: int) -> float:
    """Learning rate relative to the recipe's, `epoch` counted in fractions."""
    if epoch < options.warmup_epochs:
        return epoch / options.warmup_epochs
    if options.name == "constant":
        return 1.0
    if options.name == "step":
        return float(options.step_factor ** _num_steps(options, epoch, num_epochs))
    if options.name == "hold":
        left = (num_epochs - epoch) / (num_epochs * (1 - options.hold_share))
        return options.end_factor + (1 - options.end_factor) * max(0.0, min(1.0, left)) ** 2
    progress = (epoch - options.warmup_epochs) / (num_epochs - options.warmup_epochs)
    return 0.5 * (1.0 + math.cos(math.pi * min(1.0, progress)))


def _num_steps(options: ScheduleSection, epoch: float, num_epochs: int) -> float:
    """How often the rate has been multiplied by now."""
    if options.milestones:
        return sum(epoch >= share * num_epochs for share in options.milestones)
    return (epoch - options.warmup_epochs) // options.step_epochs


def build_optimiser(
    options: OptimiserSection, model: SpeechModel, pretrained: PretrainedSection = FROM_NOTHING
) -> torch.optim.Optimizer:
    """SGD, NovoGrad or AdamW over what is trained; biases and normalisation are not decayed by AdamW."""
    groups = parameter_groups(model, options, pretrained)
    if options.name == "novograd":
        weights = [weight for weight in model.parameters() if weight.requires_grad]
        decay = options.weight_decay
        return NovoGrad(weights, options.learning_rate, first=options.momentum, weight_decay=decay)
    if options.name == "adamw":
        return torch.optim.AdamW(groups, lr=options.learning_rate, betas=(options.momentum, 0.999))
    evenly = [group | {"weight_decay": options.weight_decay} for group in groups]
    return torch.optim.SGD(evenly, lr=options.learning_rate, momentum=options.momentum)


def distillation_loss(logits: Tensor, answers: Tensor, temperature: float) -> Tensor:
    """Divergence of the student's softened answers from the teacher's, times the temperature squared.

    Both `(batch, num_classes)`. Hinton, Vinyals, Dean: "Distilling the Knowledge in a Neural Network", 2015.
    """
    student = functional.log_softmax(logits.float() / temperature, dim=1)
    teacher = functional.log_softmax(answers.float() / temperature, dim=1)
    divergence = functional.kl_div(student, teacher, log_target=True, reduction="batchmean")
    return divergence * temperature**2


def _in_float32(front_end: Callable[[Tensor], Tensor], given: Tensor) -> Tensor:
    """Whatever the precision: the energy of faint bands is below what 16 bits can tell."""
    with torch.autocast(given.device.type, enabled=False):
        return front_end(given)


class TrainingModule(pl.LightningModule):
    """Waveforms in int16 to a loss. All chance of a step comes from the seed, the epoch and the step."""

    def __init__(
        self, model: SpeechModel, recipe: Recipe, sources: StepSources, seed: int, steps_per_epoch: int
    ) -> None:
        super().__init__()
        self.model = model
        self.recipe = recipe
        self.sources = sources
        self.seed = seed
        self.steps_per_epoch = steps_per_epoch
        alpha = recipe.training.mixup_alpha
        self.mixup = Mixup(p=0.5, alpha=alpha) if alpha > 0 else None

    def training_step(self, batch: Batch | DrawnBatch, batch_index: int) -> Tensor:
        """Loss of one batch: make silence, augment, features (or all that drawn before), mask, mix, network.

        Where a teacher answered, its answers count besides the labels.
        """
        seed = step_seed(self.seed, self.current_epoch, batch_index)
        generator = torch.Generator().manual_seed(seed)
        torch.manual_seed(seed)  # dropout
        drawn = batch if isinstance(batch, DrawnBatch) else self._draw(batch, generator)
        features = _in_float32(self.model.front_end.trained_part, drawn.fixed)
        features = self.sources.augmentation.change_features(features, self._sample_rate, generator)
        features, targets = self._mix(features, drawn.classes, generator)
        logits, _ = self.model.network(features)
        smoothing = self.recipe.training.label_smoothing
        loss = functional.cross_entropy(logits, targets, label_smoothing=smoothing)
        if drawn.answers is not None:
            options = self.recipe.distillation
            taught = distillation_loss(logits, drawn.answers, options.temperature)
            loss = options.weight * taught + (1 - options.weight) * loss
        accuracy = (logits.argmax(1) == drawn.classes).float().mean()
        self.log_dict({"train_loss": loss, "train_accuracy": accuracy}, on_step=False, on_epoch=True)
        return loss

    def _draw(self, batch: Batch, generator: torch.Generator) -> DrawnBatch:
        with torch.no_grad():
            samples, classes = augmented(batch, self.sources, self._sample_rate, generator)
        return DrawnBatch(_in_float32(self.model.front_end.fixed_part, samples), classes, None)

    @property
    def _sample_rate(self) -> int:
        return self.recipe.data.sample_rate

    def _mix(self, features: Tensor, classes: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Features and soft targets `(batch, num_classes)`, mixed where the recipe says so."""
        targets = functional.one_hot(classes, len(self.sources.classes.labels)).float()
        if self.mixup is None:
            return features, targets
        draw = self.mixup.draw(BatchInfo(len(features), features.shape[2], self._sample_rate), generator)
        return self.mixup.apply(features, draw), self.mixup.apply(targets, draw)

    def validation_step(self, batch: tuple[Tensor, Tensor], batch_index: int) -> None:
        """Loss and accuracy on clips as they are."""
        samples, classes = batch
        logits, _ = self.model.network(_in_float32(self.model.front_end, samples.float() * INT16_SCALE))
        loss = functional.cross_entropy(logits, classes)
        accuracy = (logits.argmax(1) == classes).float().mean()
        metrics = {"validation_loss": loss, "validation_accuracy": accuracy}
        self.log_dict(metrics, on_step=False, on_epoch=True, batch_size=len(classes))

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Raises TrainingError for a checkpoint that an optimiser of another layout wrote."""
        own = build_optimiser(self.recipe.optimiser, self.model, self.recipe.pretrained).state_dict()
        for stored in checkpoint["optimizer_states"]:
            if _layout(stored) != _layout(own):
                raise TrainingError(
                    "The run was begun by another version of unheard, whose optimiser groups the weights "
                    "otherwise, and can't go on with this one. Train it anew in another folder."
                )

    def configure_optimizers(self) -> Any:
        """The optimiser, with a rate set anew before every step."""
        optimiser = build_optimiser(self.recipe.optimiser, self.model, self.recipe.pretrained)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, self._factor())
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def _factor(self) -> Callable[[int], float]:
        steps = math.ceil(self.steps_per_epoch / self.recipe.training.accumulate_batches)
        schedule, epochs = self.recipe.schedule, self.recipe.training.epochs

        def factor(step: int) -> float:
            rising = schedule.warmup_epochs > 0 and step / steps < schedule.warmup_epochs
            return rate_factor(schedule, (step + 1 if rising else step) / steps, epochs)

        return factor
