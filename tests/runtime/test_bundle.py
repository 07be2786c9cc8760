"""A bundle scores as its graph says, and says what is wrong with it when it cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError
from scipy.special import softmax

from unheard.errors import BundleError, UsageError
from unheard.files import exchanged
from unheard.runtime.bundle import Bundle, BundleInfo, write_bundle
from unheard.signal.room_tone import with_room_tone


def tone(hz: float, amplitude: float, num_samples: int = 4000) -> NDArray[np.float32]:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(num_samples) / 8000)).astype(np.float32)


def edit_info(folder: Path, **changes: Any) -> None:
    path = folder / "bundle.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_scores_are_the_closed_form(tone_bundle: Path) -> None:
    bundle = Bundle.load(tone_bundle)
    samples = np.stack([tone(500, 0.5), tone(2000, 0.8), tone(500, 0.3) + tone(2000, 0.4)])
    logits, embedding = bundle.logits(samples)
    np.testing.assert_allclose(embedding, [[0.25, 0], [0, 0.64], [0.09, 0.16]], atol=1e-6)
    np.testing.assert_allclose(logits, [[2.5, 0, 1], [0, 6.4, 1], [0.9, 1.6, 1]], atol=1e-5)
    np.testing.assert_allclose(bundle.scores(samples), softmax(logits, axis=1), atol=1e-6)


def test_temperature_divides_the_logits(tmp_path: Path, tone_model: bytes, tone_info: BundleInfo) -> None:
    write_bundle(tmp_path / "b", tone_model, tone_info.model_copy(update={"temperature": 0.5}), "")
    scores = Bundle.load(tmp_path / "b").scores(tone(500, 0.5)[None])
    np.testing.assert_allclose(scores, [softmax([5.0, 0.0, 2.0])], atol=1e-6)


def test_large_logits_do_not_overflow(tone_bundle: Path) -> None:
    scores = Bundle.load(tone_bundle).scores(tone(500, 10.0)[None])
    np.testing.assert_allclose(scores, [[1, 0, 0]])


@pytest.mark.parametrize("num_samples", [1, 3999, 4000, 4001, 9000])
def test_any_length_is_fitted_to_the_window(tone_bundle: Path, num_samples: int) -> None:
    bundle = Bundle.load(tone_bundle)
    samples = tone(500, 0.7, num_samples)
    fitted = with_room_tone(samples, 4000)
    np.testing.assert_array_equal(bundle.scores(samples[None]), bundle.scores(fitted[None]))


def test_a_short_clip_in_noise_is_heard_as_if_the_noise_went_on(tone_bundle: Path) -> None:
    bundle = Bundle.load(tone_bundle)
    noise = 0.3 * np.random.default_rng(0).standard_normal(4000).astype(np.float32)
    short, whole = bundle.logits(noise[None, :2000])[0], bundle.logits(noise[None])[0]
    padded = bundle.logits(np.pad(noise[None, :2000], ((0, 0), (0, 2000))))[0]
    assert np.abs(short - whole).max() < np.abs(padded - whole).max() / 3


def test_a_run_folder_is_its_bundle(tone_bundle: Path) -> None:
    assert Bundle.load(tone_bundle.parent).path == tone_bundle
    assert Bundle.load(str(tone_bundle)).info == Bundle.load(tone_bundle.parent).info


def test_info_survives_the_disk_and_gains_the_hash(
    tmp_path: Path, tone_model: bytes, tone_info: BundleInfo
) -> None:
    written = write_bundle(tmp_path / "b", tone_model, tone_info, "# Card\n")
    assert Bundle.load(tmp_path / "b").info == written
    assert written.model_copy(update={"hashes": {}}) == tone_info
    assert (tmp_path / "b" / "MODEL_CARD.md").read_text() == "# Card\n"


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.zeros((1, 4000)), r"float64 of shape \(1, 4000\).*float32"),
        (np.zeros(4000, np.float32), r"shape \(4000,\).*\(batch, num_samples\)"),
        (np.zeros((0, 4000), np.float32), "neither of them 0"),
        (np.zeros((1, 0), np.float32), "neither of them 0"),
    ],
)
def test_other_samples_are_refused(tone_bundle: Path, samples: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Bundle.load(tone_bundle).logits(samples)


def test_one_changed_byte_is_found(tone_bundle: Path) -> None:
    model = bytearray((tone_bundle / "model.onnx").read_bytes())
    model[len(model) // 2] ^= 1
    (tone_bundle / "model.onnx").write_bytes(model)
    with pytest.raises(BundleError, match=r"model.onnx was changed or damaged.*Copy it again"):
        Bundle.load(tone_bundle)


def test_missing_parts_are_named(tone_bundle: Path, tmp_path: Path) -> None:
    (tone_bundle / "model.onnx").unlink()
    with pytest.raises(BundleError, match=r"model.onnx: No such file.*Copy the whole folder"):
        Bundle.load(tone_bundle)
    with pytest.raises(BundleError, match=r"No bundle in .*nowhere.*unheard train --out"):
        Bundle.load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 2}, "its format is 2, this version of unheard reads format 1"),
        ({"format": None}, "its format is None"),
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"labels": ["low", "high"]}, "not among the labels"),
        ({"labels": ["low", "low", "_silence_"]}, "a label stands twice"),
        ({"labels": ["low", "high", "more", "_silence_"]}, r"shape \(1, 3\).*has 4 labels"),
        ({"window_s": 0.6}, r"window_samples is 4000, but window_s is 0.6 s at 8000 Hz"),
        ({"hop_s": 0.7}, "hop_s is 0.7 s; possible is one sample to 0.5 s"),
        ({"temperature": 0}, "temperature: Input should be greater than 0"),
        ({"hashes": {}}, "bundle.json says None"),
    ],
)
def test_info_that_cannot_be_is_refused(tone_bundle: Path, changes: dict[str, Any], message: str) -> None:
    edit_info(tone_bundle, **changes)
    with pytest.raises(BundleError, match=message):
        Bundle.load(tone_bundle)


def test_a_missing_key_and_broken_json_are_refused(tone_bundle: Path) -> None:
    path = tone_bundle / "bundle.json"
    document = json.loads(path.read_text())
    path.write_text(json.dumps({key: value for key, value in document.items() if key != "sample_rate"}))
    with pytest.raises(BundleError, match="sample_rate: Field required"):
        Bundle.load(tone_bundle)
    path.write_text("{")
    with pytest.raises(BundleError, match=r"bundle.json cannot be read: Expecting property name"):
        Bundle.load(tone_bundle)


def test_a_graph_with_other_names_is_not_written(
    tmp_path: Path, tone_model: bytes, tone_info: BundleInfo
) -> None:
    model = onnx.load_model_from_string(tone_model)
    model.graph.node[-1].output[0] = model.graph.output[0].name = "probabilities"
    with pytest.raises(
        BundleError, match=r"outputs \['embedding', 'probabilities'\].*\['embedding', 'logits'\]"
    ):
        write_bundle(tmp_path / "b", model.SerializeToString(), tone_info, "")


def test_a_graph_that_scores_nothing_but_nan_is_not_written(
    tmp_path: Path, tone_model: bytes, tone_info: BundleInfo
) -> None:
    model = onnx.load_model_from_string(tone_model)
    bias = next(tensor for tensor in model.graph.initializer if tensor.name == "bias")
    bias.CopyFrom(onnx.numpy_helper.from_array(np.full(3, np.nan, np.float32), "bias"))
    with pytest.raises(BundleError, match=r"scores silence as \[nan nan nan\]"):
        write_bundle(tmp_path / "b", model.SerializeToString(), tone_info, "")


def test_a_graph_for_double_precision_is_not_written(
    tmp_path: Path, tone_model: bytes, tone_info: BundleInfo
) -> None:
    model = onnx.load_model_from_string(tone_model)
    model.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.DOUBLE
    model.graph.node[0].input[0] = "single"
    cast = onnx.helper.make_node("Cast", ["samples"], ["single"], to=onnx.TensorProto.FLOAT)
    model.graph.node.insert(0, cast)
    with pytest.raises(BundleError, match=r"does not run.*tensor\(double\)"):
        write_bundle(tmp_path / "b", model.SerializeToString(), tone_info, "")


def test_only_a_whole_bundle_replaces_a_bundle(tone_bundle: Path, tone_info: BundleInfo) -> None:
    with pytest.raises(BundleError, match="no graph that runs"):
        write_bundle(tone_bundle, b"no graph", tone_info, "")
    assert Bundle.load(tone_bundle).info.name == "tones"
    assert [path.name for path in tone_bundle.parent.iterdir()] == ["bundle"]


def test_a_bundle_is_replaced(tone_bundle: Path, tone_model: bytes, tone_info: BundleInfo) -> None:
    write_bundle(tone_bundle, tone_bundle / "model.onnx", tone_info.model_copy(update={"name": "new"}), "")
    assert Bundle.load(tone_bundle).info.name == "new"
    assert [path.name for path in tone_bundle.parent.iterdir()] == ["bundle"]


def test_while_it_is_replaced_a_bundle_is_never_missing(
    tone_bundle: Path,
    tone_model: bytes,
    tone_info: BundleInfo,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    if not exchanged(tmp_path / "a", tmp_path / "b"):
        pytest.skip("this disk can't exchange two folders in one step")

    def moved(path: Path, target: Path) -> Path:
        raise AssertionError(f"{path} was moved, and is missing until {target} takes its place")

    monkeypatch.setattr(Path, "rename", moved)
    write_bundle(tone_bundle, tone_model, tone_info.model_copy(update={"name": "new"}), "")
    assert Bundle.load(tone_bundle).info.name == "new"
    assert [path.name for path in tone_bundle.parent.iterdir() if path.name.startswith(".")] == []


def test_a_folder_that_is_no_bundle_is_not_replaced(
    tmp_path: Path, tone_model: bytes, tone_info: BundleInfo
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(BundleError, match="is no bundle; it is not replaced"):
        write_bundle(tmp_path, tone_model, tone_info, "")
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_info_is_frozen(tone_info: BundleInfo) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        tone_info.name = "other"  # type: ignore[misc]


def test_foreground_is_all_but_the_background(tone_info: BundleInfo) -> None:
    assert tone_info.foreground == (0, 1)
    assert tone_info.hop_samples == 800
