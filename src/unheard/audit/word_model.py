"""A model of words, trained in a second: what a clip sounds like to those who never heard its speaker."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

NUM_FOLDS = 5
_NUM_COMPONENTS = 200
_INVERSE_PENALTY = 0.005  # on features of unit variance, for many clips; 0.003 to 0.01 do nearly as well
_FEW_CLIPS = 2_000  # around here and below the penalty is less
_MOST_STEPS = 300

Features = NDArray[np.float32]  # (num_clips, num_features)
Numbers = NDArray[np.int64]  # (num_clips,)
Probabilities = NDArray[np.float64]  # (num_clips, num_classes)


def train_word_model(features: Features, classes: Numbers) -> Any:
    """A scikit-learn classifier: standardised features, principal components, logistic regression."""
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    most = min(_NUM_COMPONENTS, len(features) - 1, features.shape[1])
    model = make_pipeline(
        StandardScaler(),
        PCA(most, svd_solver="covariance_eigh" if len(features) > features.shape[1] else "full"),
        LogisticRegression(C=_INVERSE_PENALTY * (1 + _FEW_CLIPS / len(features)), max_iter=_MOST_STEPS),
    )
    return model.fit(features, classes)


def predict_words(model: Any, features: Features, num_classes: int) -> Probabilities:
    """Probabilities of all classes; 0 of those that the model was not trained on."""
    probabilities = np.zeros((len(features), num_classes))
    probabilities[:, model.classes_] = model.predict_proba(features)
    return probabilities


def unheard_probabilities(
    features: Features,
    classes: Numbers,
    groups: Numbers,
    *,
    trusted: NDArray[np.bool_] | None = None,
    seed: int = 0,
) -> Probabilities:
    """Probabilities `(num_clips, num_classes)` by models that were trained on other groups, up to 5 folds.

    Models are trained on `trusted` clips only, if these are given. Classes are 0, 1, 2, ...; all occur.
    """
    num_groups, num_classes = int(groups.max()) + 1, int(classes.max()) + 1
    fold_of_group = np.random.default_rng(seed).permutation(num_groups) % min(NUM_FOLDS, num_groups)
    fold = fold_of_group[groups]
    usable = np.ones(len(classes), bool) if trusted is None else trusted
    found = np.zeros((len(classes), num_classes))
    for number in range(int(fold.max()) + 1):
        train, test = (fold != number) & usable, fold == number
        model = train_word_model(features[train], classes[train])
        found[test] = predict_words(model, features[test], num_classes)
    return found
