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

Features = NDArray[np.floating[Any]]  # (num_clips, num_views, num_features)
Numbers = NDArray[np.int64]  # (num_clips,)
Probabilities = NDArray[np.float64]  # (num_clips, num_classes)


def train_word_model(features: Features, classes: Numbers) -> Any:
    """A scikit-learn classifier: standardised features, principal components, logistic regression.

    It learns each view of a clip as if it were another one.
    """
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    num_clips, num_views, num_features = features.shape
    views = np.asarray(features, np.float32).reshape(num_clips * num_views, num_features)
    most = min(_NUM_COMPONENTS, len(views) - 1, num_features)
    penalty = _INVERSE_PENALTY * (1 + _FEW_CLIPS / num_clips) / num_views
    model = make_pipeline(
        StandardScaler(),
        PCA(most, svd_solver="covariance_eigh" if len(views) > num_features else "full"),
        LogisticRegression(C=penalty, max_iter=_MOST_STEPS),
    )
    return model.fit(views, np.repeat(classes, num_views))


def predict_words(model: Any, features: Features, num_classes: int) -> Probabilities:
    """Probabilities of all classes, the geometric mean over views; 0 of classes it was not trained on."""
    logs = [model.predict_log_proba(np.asarray(view, np.float32)) for view in np.swapaxes(features, 0, 1)]
    known = np.exp(np.mean(logs, axis=0))
    probabilities = np.zeros((len(features), num_classes))
    probabilities[:, model.classes_] = known / known.sum(axis=1, keepdims=True)
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
