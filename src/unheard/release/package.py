"""A trained model to the bundle that ships."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import unheard
from unheard.corpus.classes import BACKGROUND, ClassMap
from unheard.corpus.labelled import LabelledClips
from unheard.corpus.table import Corpus
from unheard.evaluate.temperature import fit_temperature
from unheard.models.speech_model import SpeechModel
from unheard.release.export import export_onnx
from unheard.release.measure import predict_clips
from unheard.release.model_card import model_card
from unheard.runtime.bundle import MODEL_FILE, Bundle, BundleInfo, write_bundle
from unheard.units import amplitude_to_db, samples_to_seconds

HOP_S = 0.1
LEVEL_QUANTILES = (0.05, 0.5, 0.95)


def describe_training(corpus: Corpus, samples: NDArray[np.int16], num_torn_groups: int = 0) -> dict[str, Any]:
    """What the model heard: for `bundle.json`, and to compare live audio with later.

    `num_torn_groups`: speakers (or what stands for them) who are both in training and held out.
    """
    heard = corpus.subset("train")
    return {
        "fingerprint": corpus.fingerprint(),
        "layout": corpus.layout,
        "utterances": heard.utterances.height,
        "speakers": heard.num_speakers,
        "torn_groups": num_torn_groups,
        "hours": round(heard.hours, 3),
        "level_db": _levels_db(samples),
    }


def _levels_db(samples: NDArray[np.int16]) -> dict[str, float]:
    """Quantiles of the clips' rms re full scale."""
    some = np.asarray(samples[:: max(1, len(samples) // 2000)], dtype=np.float64) / 32768.0
    rms = np.sqrt(np.mean(some**2, axis=1))
    return {
        f"p{round(100 * share)}": round(amplitude_to_db(float(np.quantile(rms, share))), 1)
        for share in LEVEL_QUANTILES
    }


def bundle_info(
    model: SpeechModel,
    classes: ClassMap,
    *,
    name: str,
    sample_rate: int,
    architecture: str,
    recipe: str,
    corpus: dict[str, Any],
    threshold: float = 0.5,
) -> BundleInfo:
    """What `bundle.json` will say of a model; the temperature is still 1."""
    window_s = samples_to_seconds(model.window_samples, sample_rate)
    return BundleInfo(
        name=name,
        labels=classes.labels,
        sample_rate=sample_rate,
        window_s=window_s,
        window_samples=model.window_samples,
        hop_s=min(HOP_S, window_s),
        threshold=threshold,
        background_labels=tuple(label for label in classes.labels if label in BACKGROUND),
        architecture=architecture,
        num_parameters=model.num_parameters,
        recipe=recipe,
        corpus=corpus,
        created=datetime.now(UTC),
        unheard_version=unheard.__version__,
    )


def package(model: SpeechModel, folder: Path, info: BundleInfo, validation: LabelledClips) -> Bundle:
    """Export, check the parity, write the bundle, and fit its temperature on validation clips.

    Raises: TrainingError when the exported model computes something else than torch.
    """
    write_bundle(folder, export_onnx(model), info, model_card(info, []))
    answers = predict_clips(Bundle.load(folder), validation)
    temperature = fit_temperature(answers.logits, answers.truth)
    return _rewrite(folder, info.model_copy(update={"temperature": temperature}), [])


def write_card(bundle: Bundle, measured: Sequence[Mapping[str, Any]]) -> None:
    """Put what was measured into the model card."""
    _rewrite(bundle.path, bundle.info, measured)


def _rewrite(folder: Path, info: BundleInfo, measured: Sequence[Mapping[str, Any]]) -> Bundle:
    write_bundle(folder, folder / MODEL_FILE, info, model_card(info, measured))
    return Bundle.load(folder)
