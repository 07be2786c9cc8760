"""Which weights of a pretrained network are trained, and how fast: frozen below, slow above, a fast head.

Rates that fall from stage to stage are those of Howard & Ruder, "Universal Language Model Fine-tuning", 2018.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from unheard.errors import UsageError
from unheard.models.catalog import architecture
from unheard.models.front_end import preset
from unheard.models.pretrained import load_pretrained
from unheard.models.speech_model import SpeechModel
from unheard.train.recipe import OptimiserSection, PretrainedSection, Recipe


def start_from_pretrained(model: SpeechModel, recipe: Recipe) -> None:
    """Load the weights that the recipe names, and freeze the stages that it does not train.

    What is frozen takes no part in the backward pass: nothing below it is trained.
    Raises: UsageError at another sample rate; else as `load_pretrained`.
    """
    if recipe.pretrained.weights == "none":
        return
    options, usual = model.front_end.options, preset(architecture(recipe.model.architecture).front_end)
    if options.sample_rate != usual.sample_rate:
        raise UsageError(
            f"Weights of {recipe.pretrained.weights} heard sound at {usual.sample_rate} Hz, and the recipe "
            f"has {options.sample_rate} Hz. Set data.sample_rate={usual.sample_rate}."
        )
    load_pretrained(model.network, recipe.model.architecture, recipe.pretrained.weights)
    stages, trained = model.network.stages, recipe.pretrained.trained_blocks
    num_frozen = 0 if trained == "all" else max(0, len(stages) - trained)
    for stage in stages[:num_frozen]:
        stage.requires_grad_(False)


def parameter_groups(
    model: SpeechModel, options: OptimiserSection, pretrained: PretrainedSection
) -> list[dict[str, Any]]:
    """Groups for an optimiser, the head first: weights that are decayed, and biases and norms that are not.

    What is frozen is in none of them.
    """
    groups = []
    for weights, factor in _parts(model, pretrained):
        trained = [weight for weight in weights if weight.requires_grad]
        decayed = [weight for weight in trained if weight.ndim > 1]
        others = [weight for weight in trained if weight.ndim <= 1]
        rate = options.learning_rate * factor
        groups += [
            {"params": decayed, "lr": rate, "weight_decay": options.weight_decay},
            {"params": others, "lr": rate, "weight_decay": 0.0},
        ]
    return [group for group in groups if group["params"]]


def _parts(model: SpeechModel, pretrained: PretrainedSection) -> list[tuple[list[nn.Parameter], float]]:
    """Weights from the head down, with their learning rates relative to the head's."""
    stages = model.network.stages if pretrained.weights != "none" else ()
    below = {id(weight) for stage in stages for weight in stage.parameters()}
    head = [weight for weight in model.parameters() if id(weight) not in below]
    parts = [(head, 1.0)]
    for depth, stage in enumerate(reversed(stages)):
        parts.append((list(stage.parameters()), pretrained.encoder_rate * pretrained.layer_decay**depth))
    return parts
