"""Features of one word, made otherwise: what was changed is the first thing told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.diagnose.path.features import compare_features
from unheard.runtime.front_end import FrontEnd, FrontEndDeclaration

PLAIN = {"window_ms": 25, "hop_ms": 10, "num_bands": 40}


def features(samples: NDArray[np.float64], **options: Any) -> NDArray[np.float32]:
    front_end = FrontEnd(FrontEndDeclaration(**(PLAIN | options)), 16_000)
    return front_end.features(samples.astype(np.float32)[None])[0]


@pytest.mark.parametrize(
    ("options", "kind", "size"),
    [
        ({"scale": "db"}, "logarithm", 10 / np.log(10)),
        ({"scale": "log10"}, "logarithm", 1 / np.log(10)),
        ({"power": 1}, "logarithm", 0.5),
        ({"scale": "none"}, "linear-against-log", 1),
        ({"hop_ms": 12.5}, "hop", 1.25),
        ({"hop_ms": 20}, "hop", 2),
        ({"centre": "none"}, "frames", 1.5),
        ({"num_bands": 64}, "rows", 64),
        ({"num_mfcc": 40}, "cepstrum-against-bands", 1),
        ({"normalisation": "clip"}, "normalised", None),
        ({"normalisation": "band"}, "normalised-rows", None),
        ({"normalisation": "band-mean"}, "row-means", None),
        ({"pre_emphasis": 0.97}, "row-offsets", None),
        ({"spectrum_norm": "n_fft"}, "offset", -np.log(512)),
        ({"window": "hamming"}, "values", None),
    ],
)
def test_what_is_made_otherwise_is_told(
    words: list[NDArray[np.float64]], options: dict[str, Any], kind: str, size: float | None
) -> None:
    for word in words:
        found = compare_features(features(word), features(word, **options), len(word) / 16_000)
        assert found.first is not None
        assert (found.first.stage, found.first.kind) == ("feature", kind)
        if size is not None:
            assert found.first.size == pytest.approx(size, rel=0.03)


def test_turned_axes_are_told_before_what_is_in_them(words: list[NDArray[np.float64]]) -> None:
    found = compare_features(features(words[0]), features(words[0], scale="db").T)
    assert [step.kind for step in found.steps] == ["transposed", "logarithm"]
    square = features(words[0])[:, 20:60]
    assert [step.kind for step in compare_features(square, square.T).steps] == ["transposed"]


def test_the_same_features_are_quiet(words: list[NDArray[np.float64]]) -> None:
    for word in words:
        own = features(word)
        rounding = 1e-4 * np.random.default_rng(0).standard_normal(own.shape)
        assert compare_features(own, own).steps == ()
        assert compare_features(own, own + rounding).steps == ()
        assert compare_features(own[None, :, :, None], own).steps == ()


def test_messages_have_their_figures(words: list[NDArray[np.float64]]) -> None:
    second = np.resize(words[1], 16_000)
    found = compare_features(features(second), features(second, hop_ms=12.5), 1.0)
    assert found.message == (
        "The paths part at the stage feature: its hop is 1.25 times that of the reference, about 12.5 ms "
        "instead of 10.0: 81 frames, the reference 101."
    )
    decibels = compare_features(features(second), features(second, scale="db")).first
    assert decibels is not None
    assert decibels.message == (
        "its values are 4.343 times as large: decibels (10 log10) where the reference has natural logarithm."
    )


def test_what_has_no_two_axes_is_told() -> None:
    found = compare_features(np.zeros((2, 3, 4)), np.zeros((3, 4)))
    assert found.first is not None
    assert found.first.message == "it has the shape (3, 4), the reference (2, 3, 4); both need two axes."
