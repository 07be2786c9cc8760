"""A run with a teacher: trained first or given, and what it leaves."""

from __future__ import annotations

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
from unheard.train.fit import shipped_checkpoint
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


def test_a_killed_run_goes_on_from_its_draws(tone_words: Path, taught: RunOptions, tmp_path: Path) -> None:
    class Killed(Exception):
        pass

    def kill(text: str) -> None:
        if text.startswith("drawing"):
            raise Killed

    with pytest.raises(Killed):
        pipeline.train(tone_words, tmp_path / "run", taught, Watch(on_step=kill))
    steps: list[str] = []
    pipeline.resume(tmp_path / "run", Watch(on_step=steps.append))
    assert not any(step.startswith("teacher:") for step in steps)  # it was finished before
    assert (tmp_path / "run" / "bundle" / "model.onnx").is_file()


def test_a_teacher_at_another_rate_is_refused(
    tone_words: Path, trained_run: Path, taught: RunOptions, tmp_path: Path
) -> None:
    data = taught.recipe.data.model_copy(update={"sample_rate": 16_000})
    options = replace(
        taught, recipe=taught.recipe.model_copy(update={"data": data}), teachers=(str(trained_run),)
    )
    with pytest.raises(UsageError, match="hears 8000 Hz, this recipe 16000 Hz"):
        pipeline.train(tone_words, tmp_path / "run", options)


def test_weights_that_cannot_be_had_cost_the_teacher_and_not_the_run(
    tone_words: Path, taught: RunOptions, tiny_recipe: Path, tmp_path: Path
) -> None:
    torn = tmp_path / "torn.safetensors"
    torn.write_bytes(b"not weights")
    recipe = tmp_path / "teacher.toml"
    text = tiny_recipe.read_text().replace('"lean-s"', '"whisper-tiny"').replace("8000", "16000")
    recipe.write_text(text + f'\n[pretrained]\nweights = "{torn}"\n[front_end]\npreset = "whisper"\n')
    section = taught.recipe.distillation.model_copy(update={"teacher": str(recipe)})
    options = replace(taught, recipe=taught.recipe.model_copy(update={"distillation": section}))
    steps: list[str] = []
    pipeline.train(tone_words, tmp_path / "run", options, Watch(on_step=steps.append))
    said = [step for step in steps if step.startswith("trained without a teacher, which costs accuracy: ")]
    assert len(said) == 1
    assert "torn.safetensors" in said[0]
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


def test_a_teacher_speaks_with_the_weights_that_its_run_shipped(
    tone_words: Path, tiny_recipe: Path, tmp_path: Path
) -> None:
    recipe = load_recipe(tiny_recipe, ["keep=best", "epochs=3"])
    options = RunOptions(recipe=recipe, measure_conditions=False, audit=False)
    run = pipeline.train(tone_words, tmp_path / "run", options)
    (tmp_path / "run" / "checkpoints" / "last.ckpt").unlink()  # the best one shipped
    classes = classes_of(run.corpus, recipe)
    teacher = load_teacher(tmp_path / "run", run.corpus, classes, recipe.data)
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
    wanted = load_recipe(tiny_recipe, ["silence_share=3"]).data
    plain, shifted = (
        load_teacher(tmp_path / "run", run.corpus, classes, data) for data in (recipe.data, wanted)
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
    as_trained = load_teacher(tmp_path / "run", run.corpus, classes, recipe.data)
    samples = 0.1 * torch.randn(2, 4000, generator=torch.Generator().manual_seed(0))
    added = run.bundle.logits(samples.numpy())[0] - as_trained.answer(samples).numpy()
    expected = np.zeros((2, len(classes.labels)))
    assert classes.silence is not None
    expected[:, classes.silence] = np.log(4)
    np.testing.assert_allclose(added, expected, atol=1e-4)
