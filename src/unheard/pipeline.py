"""The story on one page: recordings in, a model that holds up on unheard speakers out.

corpus -> split -> audit -> train -> ship -> measure -> report
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import unheard
from unheard.audit.audit import AuditOptions, audit_corpus
from unheard.audit.result import Audit
from unheard.augment.conditions import conditions
from unheard.augment.noise_bank import NoiseBank
from unheard.augment.room_bank import RoomBank
from unheard.corpus.background import PARTS
from unheard.corpus.espeak import require_espeak
from unheard.corpus.importing import load_corpus
from unheard.corpus.labelled import labelled_clips
from unheard.corpus.more_recordings import with_recordings
from unheard.corpus.scan import DECODABLE, scan_folder
from unheard.corpus.split import split_corpus
from unheard.corpus.table import Corpus
from unheard.errors import BundleError, MissingExtraError, UsageError
from unheard.files import sole_writer, write_json
from unheard.release.measure import ConditionResult, class_map, clean_only, measure
from unheard.release.package import bundle_info, describe_training, package
from unheard.report.audit_words import headline
from unheard.results import write_results
from unheard.run import RUN_FORMAT, Run, RunOptions, Watch, read_options
from unheard.runtime.bundle import Bundle
from unheard.teaching import (
    load_teacher,
    silence_shift,
    taught_draws,
    teacher_options,
    teacher_runs,
    trains_teacher,
)
from unheard.train.augmentation import Sources, build_augmentation
from unheard.train.checkpoints import num_trained_epochs
from unheard.train.fit import fit
from unheard.train.precision import fixed_precision
from unheard.train.prepare import build_model, choose_window_s, classes_of, prepare, split_with_noise
from unheard.train.recipe import change_recipe
from unheard.train.synthetic import make_voices, wants_voices

BEFORE_RUN = {
    "corpus.parquet",
    "corpus.rejected.jsonl",
    "split.json",
    "audit.json",
    "plan.toml",
}  # what is written before run.json
_SHOWN = 3  # rejected recordings that are named before training


def train(source: Path, folder: Path, options: RunOptions, watch: Watch = Watch()) -> Run:
    """Recordings or a corpus file in, a run folder out.

    Raises: UsageError when `folder` holds something already; CorpusError when a split is empty; other
    UnheardErrors for what a user can act on.
    """
    require_free(folder)
    corpus = read_corpus(source, watch, layout=options.layout, noise=options.noise, speech=options.speech)
    return train_corpus(corpus, folder, options, watch)


def read_corpus(
    source: Path,
    watch: Watch,
    *,
    layout: str | None = None,
    noise: Iterable[str] = (),
    speech: Iterable[str] = (),
) -> Corpus:
    """What is to be trained on, with folders of noise and of people talking; says what was left out of it.

    Raises: CorpusError for recordings that are none, or of which too many cannot be used.
    """
    watch.on_step(f"reading {source}")
    corpus = load_corpus(source, layout=layout, on_progress=watch.on_progress)
    corpus = with_recordings(corpus, noise=noise, speech=speech, on_progress=watch.on_progress)
    for path, reason in corpus.rejected.head(_SHOWN).iter_rows():
        watch.on_step(f"left out: '{path}' {reason.rstrip('.')}")
    if corpus.rejected.height > _SHOWN:
        watch.on_step(f"left out: {corpus.rejected.height - _SHOWN} more, which the run's page lists")
    return corpus


def train_corpus(corpus: Corpus, folder: Path, options: RunOptions, watch: Watch = Watch()) -> Run:
    """The same from a corpus in memory."""
    options = replace(options, recipe=fixed_precision(options.recipe))
    split = split_corpus(corpus, options.split)
    options = _with_what_is_here(split.corpus, options)
    _require_trainable(split.corpus, options)
    folder.mkdir(parents=True, exist_ok=True)
    split.corpus.save(folder / "corpus.parquet")
    remarks = {"method": split.method, "notes": split.notes, "warnings": split.warnings}
    counts = {"num_torn_groups": split.num_torn_groups, "table": split.table.to_dicts()}
    write_json(folder / "split.json", remarks | counts)
    if options.audit:
        watch.on_step("auditing recordings, labels and splits")
        quick = AuditOptions(quick=True)
        audit = audit_corpus(split.corpus, folder.name, quick, on_progress=watch.on_progress)
        watch.on_step(f"audit: {headline(audit)} See audit.json, or run unheard audit.")
        write_json(folder / "audit.json", audit.to_dict())
    write_json(
        folder / "run.json",
        {"format": RUN_FORMAT, "unheard_version": unheard.__version__, **options.to_dict()},
    )
    with sole_writer(folder / "run.json"):
        return _finish(split.corpus, folder, options, watch, resumed=False)


def resume(folder: Path, watch: Watch = Watch()) -> Run:
    """Go on with a run that was killed, from its last whole epoch; same weights as if it had not been.

    Raises: UsageError when `folder` holds no run, one that can't be read, or one that another process trains.
    """
    options = read_options(folder)
    if options.recipe.model.architecture == "word-space":
        raise UsageError(f"'{folder}' is of --few-shot, which takes seconds: start it anew elsewhere.")
    with sole_writer(folder / "run.json"):
        return _finish(Corpus.load(folder / "corpus.parquet"), folder, options, watch, resumed=True)


def require_free(folder: Path) -> None:
    """Raise UsageError where a run cannot begin in `folder`.

    What a run that was killed before its run.json left is not in the way: nothing was trained yet.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"'{folder}' is a file, and a run is a folder. Choose another name.")
    if folder.exists() and not {path.name for path in folder.iterdir()} <= BEFORE_RUN:
        raise UsageError(
            f"'{folder}' is not empty. Go on with a killed run by --resume, or choose another folder."
        )


def _with_what_is_here(corpus: Corpus, options: RunOptions) -> RunOptions:
    """The options less what this machine lacks packages or weights for, which `left_out` names.

    Decided once: a run that is resumed goes on with what it began with.
    Raises: UsageError where the recipe's own teacher can't be trained on this corpus.
    """
    recipe, left_out = options.recipe, []
    if wants_voices(recipe, corpus):
        try:
            require_espeak()
        except MissingExtraError as error:
            left_out.append(f"synthetic voices left out: {error}")
            recipe = change_recipe(recipe, {"data.voices": 0}, recipe.name)
    if trains_teacher(options):
        try:
            _require_trainable(corpus, teacher_options(options))
        except (MissingExtraError, BundleError) as error:
            left_out.append(f"trained without a teacher, which costs accuracy: {error}")
            recipe = change_recipe(recipe, {"distillation.teacher": "none"}, recipe.name)
        except UsageError as error:
            teacher = recipe.distillation.teacher
            raise UsageError(
                f"Its teacher, '{teacher}': {error} Or set distillation.teacher=none."
            ) from error
    return replace(options, recipe=recipe, left_out=(*options.left_out, *left_out))


def _require_trainable(corpus: Corpus, options: RunOptions) -> None:
    """Raise for what can be told to be wrong before anything is written or decoded."""
    recipe = options.recipe
    for split in PARTS:
        split_with_noise(corpus, split)
    classes = classes_of(corpus, recipe)
    build_model(recipe, classes, choose_window_s(corpus, recipe), seed=0)
    sources = Sources(recipe.data.sample_rate)
    build_augmentation(recipe.augment, sources, has_unknown=classes.unknown is not None)
    if options.teachers and recipe.training.mixup_alpha > 0:
        raise UsageError("training.mixup_alpha mixes labels, which no teacher answered. Set it to 0.")
    for teacher in options.teachers:
        load_teacher(Path(teacher), corpus, classes, recipe)


def _finish(corpus: Corpus, folder: Path, options: RunOptions, watch: Watch, *, resumed: bool) -> Run:
    """From a split corpus to the report."""
    recipe, split = options.recipe, json.loads((folder / "split.json").read_text("utf-8"))
    for remark in (*split["notes"], *split["warnings"]):
        watch.on_step(f"split: {remark}")
    for remark in options.left_out:
        watch.on_step(remark)
    blockers = _blockers(folder)
    for blocker in blockers:
        watch.on_step(f"audit, blocking: {blocker}")
    lessons = teacher_runs(corpus, folder, options, watch, train_corpus, resume)
    classes, window_s = classes_of(corpus, recipe), choose_window_s(corpus, recipe)
    watch.on_step(f"decoding clips of {window_s:g} s; classes: {', '.join(classes.labels)}")
    voices = None
    if wants_voices(recipe, corpus):
        watch.on_step("making synthetic voices, or finding them in the cache")
        voices = make_voices(recipe, classes, options.seed, watch.on_progress)
    data = prepare(corpus, recipe, classes, window_s, voices=voices, on_progress=watch.on_progress)
    if corpus.speech.height and not data.train.num_speech:
        watch.on_step("other speech left out: data.speech is 0, the model has no _unknown_, or nobody talks")
    for skipped in data.augmentation.skipped:
        watch.on_step(f"transform left out: {skipped}")

    model = build_model(recipe, classes, window_s, options.seed)
    watch.on_step(
        f"training {recipe.model.architecture} with {model.num_parameters:,} parameters "
        f"on {len(data.train):,} clips by the recipe '{recipe.name}'"
    )
    draws = None
    if lessons and num_trained_epochs(folder / "checkpoints" / "last.ckpt") < recipe.training.epochs:
        names = " and ".join(str(lesson) for lesson in lessons)
        watch.on_step(f"drawing {recipe.distillation.draws} epochs of clips, answered by {names}")
        draws = taught_draws(lessons, corpus, data, model, folder, options, watch)
    fitted = fit(
        model,
        data,
        recipe,
        folder,
        seed=options.seed,
        resume=resumed,
        draws=draws,
        callbacks=watch.callbacks,
    )

    watch.on_step("exporting to ONNX and measuring on the test split")
    if recipe.data.expected_silence:
        shift = silence_shift(classes, recipe.data.silence_share, recipe.data.expected_silence)
        fitted.model.shift_logits(shift)
    info = bundle_info(
        fitted.model,
        classes,
        name=folder.resolve().name,
        sample_rate=recipe.data.sample_rate,
        architecture=recipe.model.architecture,
        recipe=recipe.name,
        corpus=describe_training(corpus, data.train.samples, split.get("num_torn_groups", 0)),
        threshold=options.threshold,
    )
    bundle = package(fitted.model, folder / "bundle", info, data.validation)
    clips = labelled_clips(
        split_with_noise(corpus, "test"),
        classes,
        sample_rate=recipe.data.sample_rate,
        window_samples=model.window_samples,
        silence_from="test",
    )
    chains = conditions(recipe.data.sample_rate) if options.measure_conditions else clean_only()
    results = tuple(measure(bundle, clips, chains, seed=options.seed))
    run = Run(
        folder,
        bundle,
        corpus,
        split["table"],
        (*options.left_out, *split["notes"], *split["warnings"], *blockers),
        fitted.curves,
        results,
    )
    write_results(run, clips, recipe)
    shutil.rmtree(folder / "draws", ignore_errors=True)  # only now: a run that was killed before needs them
    return run


def _blockers(folder: Path) -> tuple[str, ...]:
    """What the quick audit says would mislead this training or its test, with what to do."""
    path = folder / "audit.json"
    if not path.is_file():
        return ()
    audit = Audit.from_dict(json.loads(path.read_text("utf-8")))
    return tuple(f"{finding.message} {finding.remedy}" for finding in audit.blocking)


def evaluate(
    bundle: Bundle,
    corpus: Corpus,
    *,
    split: str | None = None,
    all_conditions: bool = False,
    noise: Path | None = None,
    rooms: Path | None = None,
    seed: int = 0,
    watch: Watch = Watch(),
) -> tuple[ConditionResult, ...]:
    """Numbers for a bundle on the utterances of a corpus, or of one of its splits; no silence is added.

    `noise`, `rooms`: folders of recordings that the conditions are made of; else they are simulated.
    Raises: CorpusError when the model knows none of the labels.
    """
    if (noise or rooms) and not all_conditions:
        raise UsageError("Noise and rooms are heard only under conditions. Give --conditions too.")
    rate = bundle.info.sample_rate
    clips = labelled_clips(
        corpus if split is None else corpus.subset(split),
        class_map(bundle),
        sample_rate=rate,
        window_samples=bundle.info.window_samples,
        on_progress=watch.on_progress,
    )
    if clips.num_left_out:
        watch.on_step(f"{clips.num_left_out} utterances left out: unreadable, or of no class of the model")
    if not all_conditions:
        return tuple(measure(bundle, clips, clean_only(), seed=seed))
    bank = None if noise is None else NoiseBank.from_files(audio_files(noise), rate)
    halls = None if rooms is None else RoomBank.from_files(audio_files(rooms), rate)
    return tuple(measure(bundle, clips, conditions(rate, noise=bank, rooms=halls), seed=seed))


def count_trained_on(model: Path, corpus: Corpus, split: str | None) -> int:
    """Utterances of the corpus, or of its split, that the run in the folder `model` was trained on.

    0 where `model` is a bundle alone: who it heard stays with the run.
    """
    table = model / "corpus.parquet"
    if not table.is_file():
        return 0
    trained = Corpus.load(table).subset("train").utterances.select("path", "start_s")
    chosen = corpus if split is None else corpus.subset(split)
    return chosen.utterances.join(trained, on=("path", "start_s"), how="semi").height


def audio_files(folder: Path) -> list[Path]:
    """Recordings below a folder, sorted.

    Raises: UsageError when there is none.
    """
    listing = scan_folder(folder)
    found = [folder / name for name in (*listing.recordings, *listing.noise)]
    if not found:
        raise UsageError(f"No recordings in '{folder}'; looked for {', '.join(DECODABLE)}.")
    return found
