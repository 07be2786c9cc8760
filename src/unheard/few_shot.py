"""Words from a few clips each: a corpus in, a run folder out, in seconds.

corpus -> directions of its clips in the space of words -> words -> judged by speakers left out -> ship
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace
from importlib import resources
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

import unheard
from unheard.augment.conditions import CLEAN
from unheard.corpus.background import read_background, silence_clips
from unheard.corpus.classes import ClassMap
from unheard.corpus.labelled import LabelledClips, labelled_clips
from unheard.corpus.table import Corpus
from unheard.corpus.voices import LAYOUT as SYNTHETIC_VOICES
from unheard.errors import UsageError
from unheard.evaluate.evaluate import evaluate_predictions
from unheard.evaluate.predictions import Predictions
from unheard.evaluate.temperature import fit_temperature
from unheard.files import write_json
from unheard.models.speech_model import SpeechModel
from unheard.models.word_space import LOGIT_SCALE
from unheard.pipeline import read_corpus, require_free
from unheard.release.export import export_onnx
from unheard.release.measure import ConditionResult
from unheard.release.model_card import CROSS_VALIDATED, model_card
from unheard.release.package import bundle_info, describe_training
from unheard.results import write_results
from unheard.run import RUN_FORMAT, Run, RunOptions, Watch
from unheard.runtime.bundle import Bundle, write_bundle
from unheard.signal.audio_file import to_int16
from unheard.train.few_shot import (
    Examples,
    as_logits,
    held_out_cosines,
    prototypes,
    set_words,
    sums_of,
    unit,
)
from unheard.train.prepare import build_model, choose_window_s, classes_of
from unheard.train.recipe import Recipe, change_recipe, load_recipe
from unheard.train.synthetic import command_order, speak_orders
from unheard.train.thresholds import (
    OTHER_WORDS,
    SYNTHETIC_WORDS,
    choose_threshold,
    people_nearer,
    thresholds_without,
)
from unheard.train.word_space import Directions, OtherWords, embed, fit_space

FEW_SHOT = "few-shot"
MOST_BACKGROUND = 500  # clips of background recordings
FALSE_ACCEPTS = 0.01
TEMPERATURE, OPEN_TEMPERATURE = 0.8, 1.25  # of validation speakers, without and with a class for other words
TEMPERATURE_COUNTS_AS = 500  # clips: what these weigh beside the temperature fitted to the clips held out


@dataclass(frozen=True)
class FewShotOptions:
    """`voices`: learn from synthetic voices too; the labels must be English words, and what is said.
    `false_accepts`: share of other words and noises that may pass for a word; with None there is a class for
    them only where the corpus has some, at 1 %."""

    recipe: Recipe
    layout: str | None = None
    noise: tuple[str, ...] = ()
    voices: bool = False
    false_accepts: float | None = None
    seed: int = 0


@dataclass(frozen=True)
class Learned:
    """The model with its words, and what was answered by speakers left out."""

    model: SpeechModel
    classes: ClassMap
    clips: LabelledClips
    left_out: tuple[str, ...]  # for each clip, what was left out to answer it: a speaker, or the clip itself
    logits: NDArray[np.float32]
    false_accepts: dict[str, float] = field(default_factory=dict)  # kind -> share of those held out that pass


def few_shot_recipe(settings: tuple[str, ...] = ()) -> Recipe:
    """The recipe of the method, changed by settings."""
    path = resources.files("unheard.train").joinpath(f"recipes/{FEW_SHOT}.toml")
    with resources.as_file(path) as file:
        return load_recipe(file, settings)


def train_few_shot(source: Path, folder: Path, options: FewShotOptions, watch: Watch = Watch()) -> Run:
    """A run folder with everything but curves; the estimate is of each clip by words learned without its
    speaker.

    Raises: UsageError when `folder` holds something; CorpusError for unusable recordings; MissingExtraError
    without `unheard[voices]`.
    """
    require_free(folder)
    if options.false_accepts is not None:
        require_share(options.false_accepts)
    corpus = read_corpus(source, watch, layout=options.layout, noise=options.noise)
    corpus = corpus.with_split(pl.lit("train"))
    learned = learn_words(corpus, options, watch)
    folder.mkdir(parents=True, exist_ok=True)
    corpus.save(folder / "corpus.parquet")
    kept = RunOptions(
        recipe=options.recipe,
        seed=options.seed,
        layout=options.layout,
        noise=options.noise,
        measure_conditions=False,
        audit=False,
    )
    notes = {"few_shot": {key: value for key, value in asdict(options).items() if key != "recipe"}}
    versions = {"format": RUN_FORMAT, "unheard_version": unheard.__version__}
    write_json(folder / "run.json", {**versions, **kept.to_dict(), **notes})
    run = _package(corpus, learned, folder, options)
    write_results(run, _judged(learned).clips, options.recipe)
    for warning in run.warnings:
        watch.on_step(warning)
    return run


def require_share(false_accepts: float) -> None:
    """Raise UsageError for what is no share."""
    if not 0 < false_accepts < 1:
        raise UsageError(f"--false-accepts is {false_accepts:g}; it is a share between 0 and 1.")


def learn_words(corpus: Corpus, options: FewShotOptions, watch: Watch = Watch()) -> Learned:
    """The model that a corpus's clips give; nothing is written but the cache."""
    recipe = options.recipe
    classes, window_s = _classes(corpus, options), choose_window_s(corpus, recipe)
    model = build_model(recipe, classes, window_s, options.seed).eval()
    others = fit_space(model, recipe, watch.on_step, watch.on_progress)
    clips = labelled_clips(
        corpus, classes, sample_rate=recipe.data.sample_rate, window_samples=model.window_samples
    )
    watch.on_step(f"learning {len(classes.commands)} words from {len(clips)} clips")
    directions = embed(model, clips.samples)
    spoken = voice_sums(model, classes.commands, recipe, options.seed) if options.voices else None
    num_words = len(classes.commands)
    left_out = _left_out(clips, num_words)
    examples = Examples(directions, clips.classes, left_out)
    words = prototypes(examples, num_words, spoken)
    cosines = held_out_cosines(examples, num_words, spoken)
    if classes.unknown is None:
        set_words(model, words)
        return Learned(model, classes, clips, left_out, as_logits(cosines))
    of_others = clips.classes >= num_words
    negatives = _negatives(corpus, model, options, classes, others, directions[of_others])
    rate = FALSE_ACCEPTS if options.false_accepts is None else options.false_accepts
    reached = {name: kind @ words.T for name, kind in negatives.items()}
    if corpus.layout != SYNTHETIC_VOICES:
        counts = np.bincount(clips.classes, minlength=num_words)[:num_words]
        reached[SYNTHETIC_WORDS] += people_nearer(counts, voices=options.voices)
    unknown_at, passed = choose_threshold(reached, rate)
    set_words(model, words, unknown_at)
    spoke = [group for group, other in zip(left_out, of_others, strict=True) if other]
    without = thresholds_without(reached, spoke, rate)
    levels = np.array([without.get(group, unknown_at) for group in left_out], np.float32)
    return Learned(model, classes, clips, left_out, as_logits(cosines, levels), passed)


def _left_out(clips: LabelledClips, num_words: int) -> tuple[str, ...]:
    """Who is left out to answer a clip: its speaker, or where one alone says the words, the clip itself; with
    whoever has the same clip."""
    several = len(_who_says(clips, range(num_words))) > 1
    first: dict[bytes, str] = {}
    return tuple(
        first.setdefault(clip.tobytes(), group if several else f"clip {row}")
        for row, (clip, group) in enumerate(zip(clips.samples, clips.groups, strict=True))
    )


def _who_says(clips: LabelledClips, classes: Collection[int]) -> set[str]:
    return {group for group, index in zip(clips.groups, clips.classes, strict=True) if index in classes}


def voice_sums(model: SpeechModel, words: tuple[str, ...], recipe: Recipe, seed: int) -> Directions:
    """`(num_words, 768)`: the direction of each word as synthetic voices say it."""
    rate = recipe.data.sample_rate
    spoken = speak_orders([command_order(words, rate, seed)])
    clips = labelled_clips(spoken, ClassMap(words), sample_rate=rate, window_samples=model.window_samples)
    return unit(sums_of(embed(model, clips.samples, fast=True), clips.classes, len(words)))


def _classes(corpus: Corpus, options: FewShotOptions) -> ClassMap:
    """The words, and a class for the others where they are asked for or there are some."""
    recipe = options.recipe
    if options.false_accepts is not None:
        recipe = change_recipe(recipe, {"data.unknown": "yes"}, FEW_SHOT)
    elif len(set(corpus.labels)) == 1:
        raise UsageError(
            f"'{corpus.labels[0]}' is the only word, and a model tells at least two things apart: give "
            "--false-accepts 0.01, which adds a class for everything else."
        )
    classes = classes_of(corpus, recipe)
    if classes.silence is not None:
        raise UsageError(
            "Words from a few clips have no class for silence: noise is _unknown_. Set data.silence=no."
        )
    return classes


def _negatives(
    corpus: Corpus,
    model: SpeechModel,
    options: FewShotOptions,
    classes: ClassMap,
    others: OtherWords,
    own_others: Directions,
) -> dict[str, Directions]:
    """Directions of what is no word of the model, by kind; synthetic words in an order of chance."""
    synthetic = others.without(classes.commands)
    shuffled = np.random.default_rng(options.seed).permutation(len(synthetic))
    found = {SYNTHETIC_WORDS: synthetic[shuffled]}
    if len(own_others):
        found[OTHER_WORDS] = own_others
    return found | background_directions(corpus, model, options.recipe.data.sample_rate)


def background_directions(corpus: Corpus, model: SpeechModel, sample_rate: int) -> dict[str, Directions]:
    """Directions of pieces of the corpus's background recordings, as a kind; none where it has none."""
    background = read_background(corpus, sample_rate=sample_rate, split="train")
    if not background.recordings:
        return {}
    clips, _ = silence_clips(background, model.window_samples)
    step = -(-len(clips) // MOST_BACKGROUND)
    return {"background": embed(model, to_int16(clips[::step]), fast=True)}


def _package(corpus: Corpus, learned: Learned, folder: Path, options: FewShotOptions) -> Run:
    """The bundle, and the numbers of the clips held out."""
    judged, temperature = _judged(learned), _temperature(learned)
    clips = judged.clips
    info = bundle_info(
        learned.model,
        learned.classes,
        name=folder.resolve().name,
        sample_rate=options.recipe.data.sample_rate,
        architecture=options.recipe.model.architecture,
        recipe=options.recipe.name,
        corpus=describe_training(corpus, learned.clips.samples) | {CROSS_VALIDATED: _unit(learned)},
    ).model_copy(update={"temperature": temperature})
    write_bundle(folder / "bundle", export_onnx(learned.model), info, model_card(info, []))
    bundle, warnings = Bundle.load(folder / "bundle"), _warnings(corpus, learned)
    if not len(clips):
        return Run(folder, bundle, corpus, [], warnings, [], (), _nothing_left(learned))
    predictions = Predictions(clips.ids, info.labels, clips.classes, judged.logits, judged.left_out)
    evaluation = evaluate_predictions(predictions, temperature=temperature, seed=options.seed)
    result = ConditionResult(CLEAN, replace(evaluation, speakers=clips.num_speakers), predictions)
    return Run(folder, bundle, corpus, [], warnings, [], (result,))


def _unit(learned: Learned) -> str:
    """What is left out at once: a clip, where one person says all the words."""
    return "speaker" if len(_who_says(learned.clips, range(len(learned.classes.commands)))) > 1 else "clip"


def _nothing_left(learned: Learned) -> str:
    one = _unit(learned)
    return f"No estimate: nothing is left of any word when its only {one} is held out. Give two {one}s each."


def _answerable(learned: Learned) -> NDArray[np.bool_]:
    """Which clips could be answered: something of their word was left."""
    truth = learned.clips.classes
    return np.asarray(learned.logits[np.arange(len(truth)), truth] > -LOGIT_SCALE)


def _judged(learned: Learned) -> Learned:
    """The same with these clips alone."""
    rows = np.flatnonzero(_answerable(learned))
    left_out = tuple(learned.left_out[row] for row in rows)
    return replace(learned, clips=learned.clips.take(rows), left_out=left_out, logits=learned.logits[rows])


def _temperature(learned: Learned) -> float:
    """The usual one, moved by what the clips held out say, the more the more there are of them.

    Of few clips every one is right, which alone would make the model certain.
    """
    usual = OPEN_TEMPERATURE if learned.classes.unknown is not None else TEMPERATURE
    judged = _judged(learned)
    num_clips = len(judged.clips)
    if not num_clips:
        return usual
    fitted = fit_temperature(judged.logits, judged.clips.classes)
    share = num_clips / (num_clips + TEMPERATURE_COUNTS_AS)
    return float(fitted**share * usual ** (1 - share))


def _warnings(corpus: Corpus, learned: Learned) -> tuple[str, ...]:
    """What has to be said of the estimate, and of what the model is for."""
    said = _of_estimate(learned) if _answerable(learned).any() else [_nothing_left(learned)]
    if corpus.layout == SYNTHETIC_VOICES:
        said.append("All clips are synthetic voices; people are harder. Measure with recordings of people.")
    if learned.classes.unknown is None:
        said.append(
            "There is no class for other words and noise, so everything is taken for one of the words. For a "
            "microphone that is always open, train with --false-accepts 0.01."
        )
    said += [
        f"{share:.1%} of the {kind} that the threshold was not set by pass for a word."
        for kind, share in learned.false_accepts.items()
    ]
    return tuple(said)


def _of_estimate(learned: Learned) -> list[str]:
    """How the estimate was made, and whom and what it leaves out."""
    clips, commands = learned.clips, learned.classes.commands
    one = _unit(learned)
    said = [
        f"The estimate is cross-validated: each clip is answered by words learned without its {one}. "
        "The model that ships was learned from all of them. Its temperature was fitted in part to the same "
        "answers, so ECE and log loss flatter."
    ]
    if one == "clip":
        said.append(
            "One speaker says all the words: this is how well that voice is understood. Others are harder."
        )
    mute = sorted({commands[index] for index in clips.classes[~_answerable(learned)]})
    if mute:
        said.append(
            f"Of {', '.join(mute)} nothing is left when some {one} is held out: such clips are not in the "
            "estimate. Give two of each."
        )
    return said
