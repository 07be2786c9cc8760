"""A teacher's answers in the student's order, and when it may not teach."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import torch

from unheard.corpus.table import Corpus
from unheard.errors import UsageError
from unheard.train.checkpoints import model_weights, read_checkpoint
from unheard.train.prepare import classes_of, untrained_model
from unheard.train.recipe import load_recipe
from unheard.train.teacher import Teacher, as_teacher, joint_answer, require_unheard


def test_answers_come_in_the_students_order(
    trained_run: Path, tone_corpus: Corpus, tiny_recipe: Path
) -> None:
    recipe = load_recipe(tiny_recipe)
    own = classes_of(tone_corpus, recipe)
    model = untrained_model(recipe, own, 0.5)
    turned = own.labels[::-1]
    teacher = as_teacher(model, trained_run / "checkpoints" / "best.ckpt", own.labels, turned, half=False)
    kept = model_weights(read_checkpoint(trained_run / "checkpoints" / "best.ckpt"))
    assert all(torch.equal(value, kept[name]) for name, value in model.state_dict().items())
    samples = 0.1 * torch.randn(3, 4000)
    with torch.no_grad():
        expected = model(samples)[0]
    assert torch.equal(teacher.answer(samples), expected.flip(1))
    assert not teacher.model.training


def test_several_teachers_answer_with_the_normalised_product_of_their_probabilities(
    tone_corpus: Corpus, tiny_recipe: Path
) -> None:
    recipe = load_recipe(tiny_recipe)
    own = classes_of(tone_corpus, recipe)
    teachers = [
        Teacher(untrained_model(recipe, own, 0.5).eval(), torch.arange(len(own.labels))) for _ in range(3)
    ]
    samples = 0.1 * torch.randn(2, 4000)
    alone = torch.stack([teacher.answer(samples).softmax(1) for teacher in teachers])
    product = alone.prod(dim=0) ** (1 / 3)
    expected = product / product.sum(dim=1, keepdim=True)
    torch.testing.assert_close(joint_answer(teachers, samples).softmax(1), expected)
    assert torch.equal(joint_answer(teachers[:1], samples), teachers[0].answer(samples))


def test_other_labels_are_refused(trained_run: Path, tone_corpus: Corpus, tiny_recipe: Path) -> None:
    recipe = load_recipe(tiny_recipe)
    own = classes_of(tone_corpus, recipe)
    model, wanted = untrained_model(recipe, own, 0.5), [label.replace("high", "hi") for label in own.labels]
    with pytest.raises(UsageError, match="only one of them knows hi, high"):
        as_teacher(model, trained_run / "checkpoints" / "best.ckpt", own.labels, wanted, half=False)


def test_a_teacher_that_heard_the_test_speakers_is_refused(tone_corpus: Corpus, tmp_path: Path) -> None:
    swap = pl.col("split").replace({"train": "test", "test": "train"})
    other = tone_corpus.with_split(swap)
    require_unheard(tone_corpus, tone_corpus, tmp_path)
    speakers = other.subset("train").frame["speaker"].n_unique()
    with pytest.raises(UsageError, match=f"trained on {speakers} of the speakers or recordings"):
        require_unheard(other, tone_corpus, tmp_path)


@pytest.mark.parametrize("told_by", ["session", None])
def test_a_teacher_that_heard_the_test_recordings_of_nobody_is_refused(
    tone_corpus: Corpus, tmp_path: Path, told_by: str | None
) -> None:
    session = pl.lit(None, pl.String) if told_by is None else pl.col("speaker")
    frame = tone_corpus.frame.with_columns(session=session, speaker=pl.lit(None, pl.String))
    unnamed = Corpus(frame, layout=tone_corpus.layout)
    require_unheard(unnamed, unnamed, tmp_path)
    other = unnamed.with_split(pl.col("split").replace({"train": "test", "test": "train"}))
    with pytest.raises(UsageError, match=r"was trained on \d+ of the speakers or recordings"):
        require_unheard(other, unnamed, tmp_path)
