"""A recipe: everything that decides how a model is trained, as one validated object."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    ValidationError,
    field_validator,
    model_validator,
)

from unheard.errors import UsageError, unknown_name

PEER_RECIPE_NAMES = (
    "bc-resnet",
    "bc-resnet-3",
    "bc-resnet-8",
    "cnn-trad-fpool3",
    "ds-cnn",
    "matchboxnet",
    "tc-resnet",
    "tutorial",
)
RECIPE_NAMES = ("robust", "nano", "small", "base", "large", "embedding", *PEER_RECIPE_NAMES)


class Section(BaseModel):
    """Frozen options; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelSection(Section):
    """`dropout` None keeps the architecture's own."""

    architecture: str = "lean-m"
    dropout: float | None = Field(None, ge=0, lt=1)


class PretrainedSection(Section):
    """Published weights to start from, and how much they are changed.

    `weights`: a name (`whisper-tiny.en`, `google-speech-embedding`), a `.safetensors` file or CTranslate2's
    `model.bin` with those of Whisper, an `.onnx` file with those of the embedding; `none` starts from chance.
    `trained_blocks`: the last so many stages of the encoder are trained and the others stay as they are; 0
    trains the head alone.
    `encoder_rate`: learning rate of the last stage relative to the head's, `optimiser.learning_rate`.
    `layer_decay`: of each stage relative to the one above.
    """

    weights: str = "none"
    trained_blocks: Literal["all"] | NonNegativeInt = "all"
    encoder_rate: float = Field(0.1, gt=0)
    layer_decay: float = Field(1.0, gt=0, le=1)


class FrontEndSection(Section):
    """A preset of the front end, and what is to differ from it. None keeps what the preset (or, for the
    preset, the architecture) says."""

    preset: str | None = None
    window_ms: float | None = None
    hop_ms: float | None = None
    num_bands: int | None = None
    min_hz: float | None = None
    max_hz: float | None = None
    scale: Literal["db", "log", "pcen", "log+pcen"] | None = None
    top_db: float | None = None
    normalisation: Literal["none", "clip", "band-mean", "band", "scaled", "bels"] | None = None
    num_mfcc: int | None = None
    power_floor: float | None = None
    mel_scale: Literal["htk", "slaney"] | None = None
    fft_ms: float | None = None
    bins_per_band: int | None = None
    pcen_memories_ms: tuple[float, ...] | None = None
    pcen_root: Literal["trained", "square"] | None = None


class DataSection(Section):
    """What is learned from what.

    `commands`: the labels to tell apart; empty for all (for Speech Commands: its ten command words).
    `unknown`, `silence`: whether there are classes `_unknown_` (all other labels) and `_silence_` (background
    recordings and quiet); `auto` where the corpus has what they are made of.
    `unknown_share`, `silence_share`: clips of these in an epoch, relative to the average command; 0 takes
    every unknown clip once.
    `expected_silence`: how much silence the finished model is to expect, on the scale of `silence_share`: the
    logit of `_silence_` is raised by the logarithm of `expected_silence / silence_share`; 0: as much as in
    training.
    `window_s`: what the model hears at once; 0 for the length that covers 95 % of the clips.
    `sampling`: `all` clips once an epoch, `balanced`: as many of each command, or `weighted`: `weights` times
    as many as there are (label -> weight; 1 where none is named). Clips are drawn with replacement where they
    do not suffice.
    `voices`: synthetic clips an epoch (extra `unheard[voices]`), where labels are the words that are said:
    `voices_language` says so with `en`; `auto` believes it of the labels of Speech Commands alone.
    `speech`: pieces of the recordings of people talking (`--speech`) an epoch.
    """

    sample_rate: int = Field(16_000, ge=4_000, le=48_000)
    window_s: float = Field(0.0, ge=0, le=30)
    commands: tuple[str, ...] = ()
    unknown: Literal["auto", "yes", "no"] = "auto"
    silence: Literal["auto", "yes", "no"] = "auto"
    unknown_share: float = Field(1.0, ge=0)
    silence_share: float = Field(1.0, ge=0)
    expected_silence: float = Field(0.0, ge=0)
    sampling: Literal["all", "balanced", "weighted"] = "all"
    weights: dict[str, float] = {}
    voices: int = Field(0, ge=0)
    speech: int = Field(1500, ge=0)
    voices_language: Literal["auto", "en", "none"] = "auto"


class OptimiserSection(Section):
    name: Literal["sgd", "adamw", "novograd"] = "adamw"
    learning_rate: float = Field(3e-3, gt=0)
    momentum: float = Field(0.9, ge=0, lt=1)
    weight_decay: float = Field(0.05, ge=0)


class ScheduleSection(Section):
    """The learning rate over epochs: `constant`, `step` (times `step_factor` every `step_epochs`), `cosine`
    to 0, or `hold` (constant for `hold_share` of the training, then with the square of what is left to
    `end_factor` of what it was), after a linear rise over `warmup_epochs`.

    `milestones`: shares of the training at which `step` steps, instead of every `step_epochs`.
    """

    name: Literal["constant", "step", "cosine", "hold"] = "cosine"
    warmup_epochs: float = Field(0.0, ge=0)
    step_epochs: int = Field(5, ge=1)
    step_factor: float = Field(0.25, gt=0, le=1)
    milestones: tuple[float, ...] = ()
    hold_share: float = Field(0.5, ge=0, lt=1)
    end_factor: float = Field(0.0, ge=0, le=1)


class TrainingSection(Section):
    """How long and how.

    `keep`: the weights that ship, of the last epoch or of the best by validation loss.
    `patience_epochs`: stop after so many epochs without a better validation loss; 0 never.
    `ema_decay`: average the weights with this decay a step; 0 does not.
    `precision`: "auto" takes bfloat16 where the processor has it, else float32.
    `num_threads`: CPU threads of torch; 0 takes one a core.
    """

    epochs: int = Field(30, ge=1)
    batch_size: int = Field(100, ge=2)
    keep: Literal["last", "best"] = "last"
    patience_epochs: int = Field(0, ge=0)
    label_smoothing: float = Field(0.0, ge=0, lt=1)
    mixup_alpha: float = Field(0.0, ge=0)
    gradient_clip: float = Field(0.0, ge=0)
    accumulate_batches: int = Field(1, ge=1)
    precision: Literal["auto", "32-true", "bf16-mixed", "16-mixed"] = "32-true"
    ema_decay: float = Field(0.0, ge=0, lt=1)
    device: Literal["auto", "cpu", "cuda"] = "auto"
    num_threads: int = Field(0, ge=0)


class DistillationSection(Section):
    """Learning from the answers of a larger model besides the labels.

    `teacher`: the recipe that a teacher is trained by first, unless a finished run is given (`--teacher`);
    `none` learns from the labels alone.
    `weight`: of the teacher's answers in the loss; the labels have the rest.
    `temperature`: softens the answers of both.
    `draws`: so many epochs are augmented and answered once, and gone over as long as the training lasts.
    """

    teacher: str = "none"
    weight: float = Field(0.8, gt=0, le=1)
    temperature: float = Field(2.0, gt=0)
    draws: int = Field(12, ge=1)


class TransformRow(BaseModel):
    """One transform of the chain by its name in the catalog, with its own options."""

    model_config = ConfigDict(frozen=True, extra="allow")

    transform: str
    p: float = Field(1.0, ge=0, le=1)

    @property
    def options(self) -> dict[str, Any]:
        """What is given besides the name."""
        return {"p": self.p, **(self.model_extra or {})}


class Recipe(Section):
    """Everything that decides how a model is trained, but for the corpus and the seed."""

    name: str = "custom"
    summary: str = ""
    model: ModelSection = ModelSection()
    pretrained: PretrainedSection = PretrainedSection()
    front_end: FrontEndSection = FrontEndSection()
    data: DataSection = DataSection()
    optimiser: OptimiserSection = OptimiserSection()
    schedule: ScheduleSection = ScheduleSection()
    training: TrainingSection = TrainingSection()
    distillation: DistillationSection = DistillationSection()
    augment: tuple[TransformRow, ...] = ()

    @field_validator("augment", mode="before")
    @classmethod
    def _accept_none(cls, value: Any) -> Any:
        return () if value == "none" else value

    @model_validator(mode="after")
    def _check(self) -> Recipe:
        if self.schedule.warmup_epochs >= self.training.epochs and self.schedule.warmup_epochs > 0:
            raise ValueError(
                f"schedule.warmup_epochs ({self.schedule.warmup_epochs:g}) and training.epochs "
                f"({self.training.epochs}) can't go together: the warm-up must end before the training does"
            )
        if self.distillation.teacher != "none" and self.training.mixup_alpha > 0:
            raise ValueError("training.mixup_alpha mixes labels, which no teacher answered; set it to 0")
        return self


def load_recipe(name_or_file: str | Path, settings: Iterable[str] = ()) -> Recipe:
    """A recipe by name or TOML file, changed by `key=value` settings.

    A key is written as in the file (`training.epochs=10`), or without its section where that is clear
    (`epochs=10`).

    Raises: UsageError for an unknown name or key (naming the nearest known one) or a value out of range.
    """
    tree = _read(name_or_file)
    for key, value in parse_settings(settings).items():
        _set(tree, key, value)
    return _validate(tree, str(name_or_file))


def change_recipe(recipe: Recipe, changes: Mapping[str, Any], source: str) -> Recipe:
    """The recipe with other values for some keys, as `load_recipe` names them; raises as it does."""
    tree = recipe.model_dump(mode="json")
    for key, value in changes.items():
        _set(tree, key, value)
    return _validate(tree, source)


def recipe_from_dict(tree: Mapping[str, Any], source: str) -> Recipe:
    """A recipe that was stored in a run.

    Raises: UsageError naming `source`.
    """
    return _validate(tree, source)


def _read(name_or_file: str | Path) -> dict[str, Any]:
    if str(name_or_file) in RECIPE_NAMES:
        text = resources.files("unheard.train").joinpath(f"recipes/{name_or_file}.toml").read_text("utf-8")
        return tomllib.loads(text)
    path = Path(name_or_file)
    if path.suffix != ".toml":
        raise UsageError(unknown_name("recipe", str(name_or_file), RECIPE_NAMES) + " Or give a .toml file.")
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"Recipe file '{path}' can't be read: {error.strerror}.") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"Recipe file '{path}' is not valid TOML: {error}.") from error


def _known_keys() -> dict[str, str]:
    """Every settable key -> its full name: `training.epochs` and, where no other section has it, `epochs`."""
    full = [
        f"{section}.{key}"
        for section, field in Recipe.model_fields.items()
        if isinstance(field.default, Section)
        for key in type(field.default).model_fields
    ]
    leaves = [name.split(".")[1] for name in full]
    short = {leaf: name for leaf, name in zip(leaves, full, strict=True) if leaves.count(leaf) == 1}
    return short | {name: name for name in full} | {"name": "name", "augment": "augment"}


def parse_settings(settings: Iterable[str]) -> dict[str, Any]:
    """Keys and values of `key=value` settings; raises UsageError where there is no '='."""
    parsed = {}
    for setting in settings:
        key, separator, text = setting.partition("=")
        if not separator:
            raise UsageError(
                f"Setting '{setting}' has no '='. Write it as key=value, such as training.epochs=10."
            )
        parsed[key] = _parse(text)
    return parsed


def _set(tree: dict[str, Any], key: str, value: Any) -> None:
    known = _known_keys()
    if key not in known:
        alike = [name for name in known if ("." in name) == ("." in key)]  # with a section, or without
        raise UsageError(unknown_name("recipe key", key, alike))
    *section, leaf = known[key].split(".")
    target = tree.setdefault(section[0], {}) if section else tree
    target[leaf] = value


def _parse(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _validate(tree: Mapping[str, Any], source: str) -> Recipe:
    try:
        return Recipe.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise UsageError(
                f"Recipe '{source}': {unknown_name('key', where, _known_keys().values())}"
            ) from error
        how = ' Write a list as ["yes", "no"].' if first["type"] in ("tuple_type", "list_type") else ""
        raise UsageError(
            f"Recipe '{source}': {where or 'options'}: {first['msg']}; came: {first.get('input')!r}"[:400]
            + f".{how}"
        ) from error
