"""A run with a teacher: trained first or given, and what it leaves."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from unheard import pipeline
from unheard.corpus.importing import load_corpus
from unheard.errors import UsageError
from unheard.run import RunOptions, Watch, read_options
from unheard.teaching import load_teacher, teacher_options
from unheard.train.checkpoints import model_weights, read_checkpoint
from unheard.train.curves import CurveRow
from unheard.train.fit import Callbacks, shipped_checkpoint
from unheard.train.prepare import build_model, classes_of
from unheard.train.recipe import load_recipe

STUDENT = ("epochs=3", "mixup_alpha=0", "accumulate_batches=1", "ema_decay=0")


@pytest.fixture
def taught(tiny_recipe: Path) -> RunOptions:
    """A student whose teacher is trained by the tiny recipe."""
    settings = (*STUDENT, "distillation.draws=2", f"distillation.teacher={tiny_recipe}")
    return RunOptions(recipe=load_recipe(tiny_recipe, settings), measure_conditions=False, audit=False)


def test_a_teacher_is_trained_first_and_its_draws_are_cleared(
    tone_words: Path, taught: RunOptions, tmp_path: Path
) -> None:
    steps: list[str] = []
    run = pipeline.train(tone_words, tmp_path / "run", taught, Watch(on_step=steps.append))
    teacher = tmp_path / "run" / "teacher"
    assert (teacher / "evaluation.json").is_file()
    assert not (tmp_path / "run" / "draws").exists()
    assert read_options(teacher).recipe.distillation.teacher == "none"
    assert any(step.startswith("teacher: training lean-s") for step in steps)
    assert any(step.startswith("drawing 2 epochs of clips") for step in steps)
    assert run.results[0].evaluation.metrics["accuracy"].value > 0.9


def test_a_given_run_teaches(tone_words: Path, trained_run: Path, tiny_recipe: Path, tmp_path: Path) -> None:
    recipe = load_recipe(tiny_recipe, (*STUDENT, "distillation.draws=1", "distillation.weight=1"))
    options = RunOptions(recipe=recipe, teachers=(str(trained_run),), measure_conditions=False, audit=False)
    run = pipeline.train(tone_words, tmp_path / "run", options)
    assert not (tmp_path / "run" / "teacher").exists()
    assert run.results[0].evaluation.metrics["accuracy"].value > 0.8  # from the teacher's answers alone
    assert read_options(tmp_path / "run").teachers == (str(trained_run),)


def test_runs_teach_together(tone_words: Path, trained_run: Path, tiny_recipe: Path, tmp_path: Path) -> None:
    recipe = load_recipe(tiny_recipe, (*STUDENT, "distillation.draws=1", "epochs=1"))
    pair = (str(trained_run), str(trained_run))
    options = RunOptions(recipe=recipe, teachers=pair, measure_conditions=False, audit=False)
    steps: list[str] = []
    pipeline.train(tone_words, tmp_path / "run", options, Watch(on_step=steps.append))
    assert f"drawing 1 epochs of clips, answered by {trained_run} and {trained_run}" in steps


def test_a_front_end_is_trained_by_a_teacher_too(
    tone_words: Path, trained_run: Path, tiny_recipe: Path, tmp_path: Path
) -> None:
    settings = (*STUDENT, "distillation.draws=1", "front_end.preset=mel-pcen-40")
    options = RunOptions(
        recipe=load_recipe(tiny_recipe, settings),
        teachers=(str(trained_run),),
        measure_conditions=False,
        audit=False,
    )
    run = pipeline.train(tone_words, tmp_path / "run", options)
    before = build_model(options.recipe, classes_of(run.corpus, options.recipe), 0.5, seed=0)
    trained = model_weights(read_checkpoint(shipped_checkpoint(tmp_path / "run", options.recipe)))
    for name, weight in before.front_end.named_parameters(prefix="front_end"):
        assert not torch.allclose(trained[name], weight, atol=1e-4), name
    assert run.results[0].evaluation.metrics["accuracy"].value > 0.8


class Killed(Exception):
    """As if the process had been killed."""


def kill_after_one_draw(folder: Path) -> Watch:
    def kill(*_: int) -> None:
        if (folder / "draws" / "000-answers.npy").exists():
            raise Killed

    return Watch(on_progress=kill)


def test_a_killed_run_goes_on_from_its_draws(tone_words: Path, taught: RunOptions, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with pytest.raises(Killed):
        pipeline.train(tone_words, folder, taught, kill_after_one_draw(folder))
    first = folder / "draws" / "000-features.npy"
    drawn = first.stat().st_mtime_ns
    assert not (folder / "draws" / "001-answers.npy").exists()
    steps: list[str] = []
    seen: list[int] = []

    def look(done: int, _: int) -> None:
        if (folder / "draws").exists() and done == 2:
            seen.append(first.stat().st_mtime_ns)

    pipeline.resume(folder, Watch(on_step=steps.append, on_progress=look))
    assert seen == [drawn]
    assert not any(step.startswith(("teacher:", "drawing anew")) for step in steps)
    assert (folder / "bundle" / "model.onnx").is_file()


def test_draws_of_another_teacher_are_not_learned_from(
    tone_words: Path, taught: RunOptions, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    with pytest.raises(Killed):
        pipeline.train(tone_words, folder, taught, kill_after_one_draw(folder))
    weights = shipped_checkpoint(folder / "teacher", read_options(folder / "teacher").recipe)
    content = read_checkpoint(weights)
    for value in model_weights(content).values():
        value.mul_(2)
    torch.save(content, weights)
    steps: list[str] = []
    pipeline.resume(folder, Watch(on_step=steps.append))
    assert len([step for step in steps if step.startswith("drawing anew: ")]) == 1


def test_a_run_killed_between_epochs_ends_with_the_same_weights(
    tone_words: Path, taught: RunOptions, trained_run: Path, tmp_path: Path
) -> None:
    options = replace(taught, teachers=(str(trained_run),))

    def kill(row: CurveRow, _: int) -> None:
        if row["epoch"] == 2:
            raise Killed

    with pytest.raises(Killed):
        pipeline.train(tone_words, tmp_path / "killed", options, Watch(callbacks=Callbacks(on_epoch=kill)))
    pipeline.resume(tmp_path / "killed")
    pipeline.train(tone_words, tmp_path / "whole", options)
    killed, whole = (
        model_weights(read_checkpoint(tmp_path / name / "checkpoints" / "last.ckpt"))
        for name in ("killed", "whole")
    )
    assert killed.keys() == whole.keys()
    for name, weight in killed.items():
        assert torch.equal(weight, whole[name]), name


def test_a_finished_run_draws_nothing_when_resumed(
    tone_words: Path, taught: RunOptions, trained_run: Path, tmp_path: Path
) -> None:
    pipeline.train(tone_words, tmp_path / "run", replace(taught, teachers=(str(trained_run),)))
    model = tmp_path / "run" / "bundle" / "model.onnx"
    before = model.read_bytes()
    steps: list[str] = []
    pipeline.resume(tmp_path / "run", Watch(on_step=steps.append))
    assert not any(step.startswith("drawing") for step in steps)
    assert model.read_bytes() == before


def test_a_teacher_at_another_rate_is_refused(
    tone_words: Path, trained_run: Path, taught: RunOptions, tmp_path: Path
) -> None:
    data = taught.recipe.data.model_copy(update={"sample_rate": 16_000})
    options = replace(
        taught, recipe=taught.recipe.model_copy(update={"data": data}), teachers=(str(trained_run),)
    )
    with pytest.raises(UsageError, match="hears 8000 Hz, this recipe 16000 Hz"):
        pipeline.train(tone_words, tmp_path / "run", options)


def test_a_teacher_with_another_window_is_refused(
    tone_words: Path, trained_run: Path, taught: RunOptions, tmp_path: Path
) -> None:
    data = taught.recipe.data.model_copy(update={"window_s": 0.3})
    recipe = taught.recipe.model_copy(update={"data": data})
    options = replace(taught, recipe=recipe, teachers=(str(trained_run),))
    with pytest.raises(UsageError, match=r"hears windows of 0\.\d s, this model 0\.3 s"):
        pipeline.train(tone_words, tmp_path / "run", options)


def test_mixed_labels_are_refused_with_a_given_teacher(
    tone_words: Path, trained_run: Path, tiny_recipe: Path, tmp_path: Path
) -> None:
    recipe = load_recipe(tiny_recipe, ("epochs=3", "mixup_alpha=0.3"))
    options = RunOptions(recipe=recipe, teachers=(str(trained_run),), audit=False)
    with pytest.raises(UsageError, match="mixup_alpha mixes labels"):
        pipeline.train(tone_words, tmp_path / "run", options)


def test_its_teacher_tells_the_same_words_apart(tone_words: Path, taught: RunOptions, tmp_path: Path) -> None:
    data = taught.recipe.data.model_copy(update={"commands": ("low", "mid"), "unknown": "no"})
    options = replace(taught, recipe=taught.recipe.model_copy(update={"data": data}))
    run = pipeline.train(tone_words, tmp_path / "run", options)
    assert read_options(tmp_path / "run" / "teacher").recipe.data.commands == ("low", "mid")
    assert run.bundle.info.labels[:2] == ("low", "mid")


def test_its_teacher_is_found_impossible_before_anything_is_trained(
    tone_words: Path, taught: RunOptions, tmp_path: Path
) -> None:
    teacher = taught.recipe.distillation.model_copy(update={"teacher": "nobody"})
    options = replace(taught, recipe=taught.recipe.model_copy(update={"distillation": teacher}))
    with pytest.raises(UsageError, match="Unknown recipe 'nobody'"):
        pipeline.train(tone_words, tmp_path / "run", options)
    assert not (tmp_path / "run").exists()


def test_a_rate_that_its_teacher_cannot_hear_is_refused(
    tone_words: Path, tiny_recipe: Path, tmp_path: Path
) -> None:
    student = load_recipe(tiny_recipe, (*STUDENT, "distillation.teacher=large"))
    options = RunOptions(recipe=student, measure_conditions=False, audit=False)
    with pytest.raises(
        UsageError, match=r"^Its teacher, 'large': Weights .* recipe has 8000 Hz.* distillation.teacher=none"
    ):
        pipeline.train(tone_words, tmp_path / "run", options)


def test_voices_that_cannot_speak_are_left_out_for_good(
    tone_words: Path, tiny_recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    recipe = load_recipe(
        tiny_recipe, ("epochs=1", "data.voices=20", "data.voices_language=en", "warmup_epochs=0")
    )
    options = RunOptions(recipe=recipe, measure_conditions=False, audit=False)
    run = pipeline.train(tone_words, tmp_path / "run", options)
    assert any(warning.startswith("synthetic voices left out: ") for warning in run.warnings)
    assert read_options(tmp_path / "run").recipe.data.voices == 0


def test_weights_that_cannot_be_had_cost_the_teacher_and_not_the_run(
    tone_words: Path, taught: RunOptions, tiny_recipe: Path, tmp_path: Path
) -> None:
    torn = tmp_path / "torn.safetensors"
    torn.write_bytes(b"not weights")
    recipe = tmp_path / "teacher.toml"
    text = tiny_recipe.read_text().replace('"lean-s"', '"whisper-tiny"').replace("8000", "16000")
    recipe.write_text(text + f'\n[pretrained]\nweights = "{torn}"\n[front_end]\npreset = "whisper"\n')
    student = load_recipe(
        tiny_recipe, (*STUDENT, "sample_rate=16000", f"distillation.teacher={recipe}", "distillation.draws=2")
    )
    options = replace(taught, recipe=student)
    steps: list[str] = []
    run = pipeline.train(tone_words, tmp_path / "run", options, Watch(on_step=steps.append))
    said = [step for step in steps if step.startswith("trained without a teacher, which costs accuracy: ")]
    assert len(said) == 1
    assert "torn.safetensors" in said[0]
    assert said[0] in run.warnings
    kept = read_options(tmp_path / "run")
    assert (kept.recipe.distillation.teacher, kept.left_out) == ("none", (said[0],))
    assert not any(step.startswith("drawing") for step in steps)


def test_a_teacher_that_is_no_run_is_refused(tone_words: Path, taught: RunOptions, tmp_path: Path) -> None:
    options = replace(taught, teachers=(str(tmp_path / "nothing"),))
    with pytest.raises(UsageError, match="There is no run in"):
        pipeline.train(tone_words, tmp_path / "run", options)
    assert not (tmp_path / "run").exists()


def test_the_teacher_computes_where_and_as_its_student_does(taught: RunOptions) -> None:
    training = taught.recipe.training.model_copy(update={"device": "cpu", "num_threads": 3})
    options = replace(taught, recipe=taught.recipe.model_copy(update={"training": training}))
    found = teacher_options(options).recipe.training
    assert (found.device, found.num_threads) == ("cpu", 3)
    assert found.epochs == 5  # of its own recipe
    assert teacher_options(replace(options, left_out=("voices",))).left_out == ()  # it looks for itself


def test_a_teacher_speaks_with_the_weights_that_its_run_shipped(
    tone_words: Path, tiny_recipe: Path, tmp_path: Path
) -> None:
    recipe = load_recipe(tiny_recipe, ["keep=best", "epochs=3"])
    options = RunOptions(recipe=recipe, measure_conditions=False, audit=False)
    run = pipeline.train(tone_words, tmp_path / "run", options)
    (tmp_path / "run" / "checkpoints" / "last.ckpt").unlink()  # the best one shipped
    classes = classes_of(run.corpus, recipe)
    teacher = load_teacher(tmp_path / "run", run.corpus, classes, recipe)
    samples = 0.1 * np.random.default_rng(0).standard_normal((2, 4000)).astype(np.float32)
    found = teacher.answer(torch.from_numpy(samples)).numpy()
    np.testing.assert_allclose(found, run.bundle.logits(samples)[0], atol=1e-4)


def test_the_corpus_is_split_as_before(tone_words: Path, taught: RunOptions, tmp_path: Path) -> None:
    run = pipeline.train(tone_words, tmp_path / "run", taught)
    teacher = load_corpus(tmp_path / "run" / "teacher" / "corpus.parquet")
    assert teacher.frame["split"].equals(run.corpus.frame["split"])


def test_a_teacher_that_heard_less_silence_says_it_more_often(
    tone_words: Path, tiny_recipe: Path, tmp_path: Path
) -> None:
    recipe = load_recipe(tiny_recipe, ["silence_share=1.5"])
    options = RunOptions(recipe=recipe, measure_conditions=False, audit=False)
    run = pipeline.train(tone_words, tmp_path / "run", options)
    classes = classes_of(run.corpus, recipe)
    wanted = load_recipe(tiny_recipe, ["silence_share=3"])
    plain, shifted = (
        load_teacher(tmp_path / "run", run.corpus, classes, student) for student in (recipe, wanted)
    )
    samples = 0.1 * torch.randn(2, 4000, generator=torch.Generator().manual_seed(0))
    before, after = plain.answer(samples).softmax(1), shifted.answer(samples).softmax(1)
    odds_before, odds_after = (one / one[:, :1] for one in (before, after))
    expected = torch.ones(len(classes.labels))
    assert classes.silence is not None
    expected[classes.silence] = 2.0
    torch.testing.assert_close(odds_after / odds_before, expected.expand(2, -1))


def test_a_model_that_expects_more_silence_than_it_heard_says_so(
    tone_words: Path, tiny_recipe: Path, tmp_path: Path
) -> None:
    recipe = load_recipe(tiny_recipe, ["silence_share=1.5", "expected_silence=6", "ema_decay=0"])
    options = RunOptions(recipe=recipe, measure_conditions=False, audit=False)
    run = pipeline.train(tone_words, tmp_path / "run", options)
    classes = classes_of(run.corpus, recipe)
    as_trained = load_teacher(tmp_path / "run", run.corpus, classes, recipe)
    samples = 0.1 * torch.randn(2, 4000, generator=torch.Generator().manual_seed(0))
    added = run.bundle.logits(samples.numpy())[0] - as_trained.answer(samples).numpy()
    expected = np.zeros((2, len(classes.labels)))
    assert classes.silence is not None
    expected[:, classes.silence] = np.log(4)
    np.testing.assert_allclose(added, expected, atol=1e-4)
