from __future__ import annotations

import numpy as np
import polars as pl

from unheard.audit.balance_splits import uneven_splits

SHARES = {"train": 700, "validation": 150, "test": 150}


def corpus(num_labels: int = 5, num_speakers: int = 20, seed: int = 0) -> pl.DataFrame:
    """Labels at random, as balanced between splits as chance has it; each split has its own speakers."""
    random = np.random.default_rng(seed)
    splits = np.repeat(list(SHARES), list(SHARES.values()))
    return pl.DataFrame(
        {
            "id": [f"u{row}" for row in range(1000)],
            "label": [f"w{label}" for label in random.integers(0, num_labels, 1000)],
            "split": splits,
            "speaker": [
                f"{split}{number}"
                for split, number in zip(splits, random.integers(0, num_speakers, 1000), strict=True)
            ],
        }
    )


def test_chance_is_quiet() -> None:
    for seed in range(30):
        assert uneven_splits(corpus(num_labels=5 + seed // 3, seed=seed)) == []


def test_a_label_that_training_lacks() -> None:
    rows = corpus().with_row_index("row")
    new = rows.with_columns(label=pl.when(pl.col("row") >= 990).then(pl.lit("new")).otherwise("label"))

    (finding,) = uneven_splits(new)

    assert finding.severity == "warning"
    assert finding.subject == "splits train and test"
    assert finding.message == (
        "1 label of test is not in train: 'new'; 10 of 150 clips (6.7 %) of test cannot be known."
    )
    assert finding.utterances == tuple(f"u{row}" for row in range(990, 1000))


def test_much_that_training_lacks_is_blocking() -> None:
    rows = corpus().filter((pl.col("split") != "train") | (pl.col("label") != "w0"))

    assert {f.severity for f in uneven_splits(rows) if "cannot be known" in f.message} == {"blocking"}


def test_labels_that_are_never_tested() -> None:
    rows = corpus().filter((pl.col("split") != "test") | ~pl.col("label").is_in(["w1", "w3"]))

    found = [finding for finding in uneven_splits(rows) if finding.subject != "splits"]

    (finding,) = found
    assert finding.message == (
        "2 labels of train are not in test: 'w1', 'w3'; accuracy on test says nothing of them."
    )
    assert finding.severity == "warning"


def test_shares_that_differ_beyond_chance() -> None:
    rows = corpus().filter(
        (pl.col("split") != "test") | (pl.col("label") != "w2") | (pl.int_range(pl.len()) % 6 == 0)
    )

    (finding,) = uneven_splits(rows)

    assert finding.severity == "note"
    assert finding.message.startswith(
        "The share of 1 label differs between splits by more than 2 times, mostly of 'w2': "
    )
    assert "% of test, " in finding.message


def test_a_test_of_few_speakers() -> None:
    rows = corpus(num_speakers=3)

    validation, test = uneven_splits(rows)

    assert validation.subject == "split validation"
    assert test.message.startswith(
        "Its 150 clips are of 3 speakers (effectively 3.0): accuracy on it says little"
    )


def test_no_splits_no_findings() -> None:
    rows = corpus(num_speakers=3)

    assert uneven_splits(rows.with_columns(split=pl.lit(None, pl.String))) == []
    assert uneven_splits(rows.with_columns(split=pl.lit("train"))) == []
