"""Anyone's model: what it says is what its graph or function says, and what is wrong with it is told."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from scipy.special import log_softmax

from unheard.errors import BundleError, UsageError
from unheard.runtime.any_model import load_model
from unheard.runtime.bundle import Bundle
from unheard.runtime.declaration import Declaration, check_declaration
from unheard.runtime.front_end import FrontEnd, FrontEndDeclaration

TONES = {"labels": ["low", "high", "_silence_"], "sample_rate": 8000, "window_s": 0.5}
MEL = {"window_ms": 32, "hop_ms": 16, "num_bands": 4, "centre": "none"}
WEIGHT = np.random.default_rng(0).standard_normal((4, 3)).astype(np.float32)


def toml(**keys: Any) -> str:
    """Keys of a declaration as a file."""
    tables = {key: value for key, value in keys.items() if isinstance(value, dict)}
    lines = [f"{key} = {_text(value)}" for key, value in keys.items() if key not in tables]
    for name, table in tables.items():
        lines += [f"[{name}]", *(f"{key} = {_text(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value).replace("'", '"')


def clips(count: int = 3) -> NDArray[np.float32]:
    tones = [np.sin(2 * np.pi * hz / 8000 * np.arange(4000)) for hz in (500, 2000, 900)]
    return (0.5 * np.stack(tones[:count])).astype(np.float32)


def mel_graph(folder: Path, shape: list[Any], bins_axis: int, *, probabilities: bool = True) -> Path:
    """A graph on 4 bands of any shape: their mean over all other axes, 3 scores of it."""
    others = [axis for axis in range(1, len(shape)) if axis != bins_axis]
    nodes = [
        helper.make_node("ReduceMean", ["image", "axes"], ["mean"], keepdims=0),
        helper.make_node("MatMul", ["mean", "weight"], ["plain"]),
        helper.make_node("Softmax", ["plain"], ["dense"], axis=-1),
    ]
    out = "dense" if probabilities else "plain"
    graph = helper.make_graph(
        nodes[: 3 if probabilities else 2],
        "keras",
        [helper.make_tensor_value_info("image", onnx.TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(out, onnx.TensorProto.FLOAT, [shape[0], 3])],
        [numpy_helper.from_array(np.array(others), "axes"), numpy_helper.from_array(WEIGHT, "weight")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    path = folder / "keras.onnx"
    path.write_bytes(model.SerializeToString())
    return path


def mel_logits(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    features = FrontEnd(FrontEndDeclaration(**MEL), 8000).features(samples)  # type: ignore[arg-type]
    return np.asarray(features.mean(axis=2) @ WEIGHT)


def test_a_bundle_answers_as_itself(tone_bundle: Path) -> None:
    model = load_model(str(tone_bundle.parent))
    logits, embedding = Bundle.load(tone_bundle).logits(clips())
    answers = model.answer(clips())
    np.testing.assert_array_equal(answers.logits, logits)
    np.testing.assert_array_equal(answers.embedding, embedding)
    with pytest.raises(UsageError, match="is a bundle, which declares itself"):
        load_model(str(tone_bundle), labels=["a", "b"])


def test_a_waveform_graph_answers_as_its_bundle(tmp_path: Path, tone_bundle: Path, tone_model: bytes) -> None:
    (tmp_path / "theirs.onnx").write_bytes(tone_model)
    (tmp_path / "theirs.toml").write_text(toml(**TONES, embedding="embedding"))
    model = load_model(str(tmp_path / "theirs.onnx"))
    assert (model.name, model.labels) == ("theirs", ("low", "high", "_silence_"))
    assert (model.sample_rate, model.window_samples, model.temperature) == (8000, 4000, 1.0)
    expected, answers = load_model(str(tone_bundle)).answer(clips()), model.answer(clips())
    np.testing.assert_allclose(answers.logits, expected.logits, atol=1e-5)
    assert answers.embedding is not None
    np.testing.assert_allclose(answers.embedding, expected.embedding, atol=1e-6)


@pytest.mark.parametrize(
    ("shape", "bins_axis", "layout"),
    [
        (["n", 4, 30], 1, "batch, bins, frames"),
        (["n", 30, 4], 2, "batch, frames, bins"),
        ([None, 30, 4, 1], 2, "batch, frames, bins, 1"),
        ([None, 1, 4, 30], 2, "(batch, 1, bins, frames)"),
        ([1, 30, 4, 1], 2, "batch, frames, bins, 1"),  # a fixed batch of 1
        ([2, 30, 4, 1], 2, "batch, frames, bins, 1"),  # 3 clips in batches of 2
    ],
)
def test_features_go_in_as_declared(tmp_path: Path, shape: list[Any], bins_axis: int, layout: str) -> None:
    path = mel_graph(tmp_path, shape, bins_axis)
    path.with_suffix(".toml").write_text(toml(**TONES, input="features", layout=layout, front_end=MEL))
    model = load_model(str(path))
    expected = np.maximum(log_softmax(mel_logits(clips()), axis=1), np.log(1e-12))
    np.testing.assert_allclose(model.answer(clips()).logits, expected, atol=1e-4)
    assert model.answer(clips()).embedding is None


def test_int16_scaling_multiplies_by_32768(tmp_path: Path) -> None:
    path = mel_graph(tmp_path, ["n", 4, 30], 1, probabilities=False)
    keys = TONES | {"input": "features", "front_end": MEL, "scaling": "int16"}
    found = load_model(str(path), **keys).answer(clips()).logits
    np.testing.assert_allclose(found, mel_logits(clips() * 32768), atol=1e-2)


def test_probabilities_become_logarithms_not_below_1e_12(tmp_path: Path) -> None:
    (tmp_path / "sure.py").write_text(
        "import numpy as np\ndef sure(samples, sample_rate):\n    return np.array([1.0, 0.0, 0.0])\n"
    )
    (tmp_path / "sure.toml").write_text(toml(**TONES))
    found = load_model(f"{tmp_path / 'sure.py'}:sure").answer(clips()).logits
    np.testing.assert_allclose(found, [[0, np.log(1e-12), np.log(1e-12)]] * 3, rtol=1e-6)


def test_a_function_gets_samples_and_rate_and_its_module_declares_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "their_package").mkdir()
    (tmp_path / "their_package" / "words.py").write_text(
        "import numpy as np\n"
        "LABELS, SAMPLE_RATE, WINDOW_S = ['a', 'b'], 8000, 0.5\n"
        "def score(samples, sample_rate):\n"
        "    assert samples.dtype == np.float32 and samples.shape == (4000,) and sample_rate == 8000\n"
        "    return [samples[0], 1.0], samples[:5]\n"
        "def score_many(samples, sample_rate):\n"
        "    assert samples.shape[1:] == (4000,)\n"
        "    return np.stack([samples[:, 0], np.ones(len(samples))], axis=1)\n"
    )
    monkeypatch.chdir(tmp_path)
    samples = np.stack([clips()[0], clips()[1] + 0.25])
    answers = load_model("their_package.words:score").answer(samples)
    np.testing.assert_allclose(answers.logits, [[0, 1], [0.25, 1]])
    np.testing.assert_allclose(answers.embedding, samples[:, :5])
    many = load_model("their_package.words:score_many", batched=True)
    np.testing.assert_allclose(many.answer(samples).logits, answers.logits)
    assert (many.name, many.labels) == ("score_many", ("a", "b"))


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"labels": None}, r"does not say labels\. Write, for example: labels = \["),
        ({"lables": ["a"]}, "Unknown key 'lables'. Did you mean 'labels'?"),
        ({"labels": ["a", "b", "a"]}, "a label stands twice"),
        ({"labels": ["a", "b"]}, r'output "dense" has 3 scores, 2 labels are declared'),
        ({"scores": "dens"}, r'no output scores = "dens"; its outputs are "dense" \(n, 3\)'),
        ({"output": "logits"}, r'all in 0 to 1 with the sum 1. Write output = "probabilities"'),
        ({"layout": "batch, bins"}, r'layout "batch, bins" must name bins and frames once'),
        ({"layout": "batch, frames, bins"}, r'30 for "frames" where 4 are wanted'),
        ({"layout": "batch, bins, frames, 1"}, r"shape \(n, 4, 30\), the layout is"),
        ({"window_s": 0.6}, r'makes \(1, 4, 36\), 36 for "frames" where 30 are wanted'),
        ({"input": "waveform"}, r"a table \[front_end\] goes with input"),
        ({"front_end": MEL | {"hopms": 3}}, r"Unknown key of \[front_end\] 'hopms'. Did you mean 'hop_ms'"),
        ({"front_end": {"window_ms": 32}}, r"\[front_end\] hop_ms is missing. Write it.*hop_ms = 10.0"),
        ({"front_end": MEL | {"n_fft": 128}}, "n_fft 128 is less than the window of 256"),
        (
            {"front_end": MEL | {"centre": "reflect"}},
            '32 for "frames" where 30 are wanted. Write centre = "none"',
        ),
        ({"front_end": MEL | {"num_bands": 9}}, "Write num_bands = 4 or num_mfcc = 4"),
        ({"sample_rate": "fast"}, "sample_rate: .*came: 'fast'"),
    ],
)
def test_a_wrong_declaration_is_told(tmp_path: Path, keys: dict[str, Any], message: str) -> None:
    path = mel_graph(tmp_path, ["n", 4, 30], 1)
    tree = TONES | {"input": "features", "front_end": MEL} | keys
    file = tmp_path / "said.toml"
    file.write_text(toml(**{key: value for key, value in tree.items() if value is not None}))
    with pytest.raises((UsageError, BundleError), match=message) as raised:
        load_model(str(path), file)
    assert "\n" not in str(raised.value)


def test_without_a_declaration_it_is_shown_what_to_write(tmp_path: Path, tone_model: bytes) -> None:
    (tmp_path / "theirs.onnx").write_bytes(tone_model)
    with pytest.raises(
        UsageError, match=r"does not say its labels and sample_rate and window_s. Write '.*theirs.toml'"
    ):
        load_model(str(tmp_path / "theirs.onnx"))


BROKEN = """
import numpy as np
LABELS, SAMPLE_RATE, WINDOW_S = ["a", "b"], 8000, 0.5
def raises(samples, sample_rate):
    raise KeyError("no\\nsuch band")
def gives_nan(samples, sample_rate):
    return np.log(samples[:2] * 0 - 1)
def gives_three(samples, sample_rate):
    return [1, 2, 3]
def forgets(samples, sample_rate):
    return None
def quotient(samples, sample_rate):
    with np.errstate(invalid="ignore"):
        return np.repeat(samples.sum() / samples.sum(), 2)
"""


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("raises", r"raises' failed on 4 clips of 4000 samples: KeyError: 'no\\nsuch band'"),
        ("gives_nan", "answers 4 of 4 clips with NaN or infinity. Look for a logarithm"),
        ("gives_three", r"scores of shape \(4, 3\); 2 labels are declared"),
        ("forgets", "failed on 4 clips|scores of shape"),
        ("rases", "Unknown function 'rases'. Did you mean 'raises'"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value encountered in log")
def test_a_broken_function_is_told_in_one_line(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "broken.py").write_text(BROKEN)
    with pytest.raises(BundleError, match=message) as raised:
        load_model(f"{tmp_path / 'broken.py'}:{name}")
    assert "\n" not in str(raised.value)


def test_digital_silence_is_named_where_it_is_to_blame(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(BROKEN)
    model = load_model(f"{tmp_path / 'broken.py'}:quotient")
    with pytest.raises(BundleError, match="1 of 3 clips with NaN or infinity; 1 of them are digital silence"):
        model.answer((clips() + 0.1) * np.array([[1], [0], [1]], np.float32))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("model.joblib", "may hold a pickle, which runs any code"),
        ("model.pt", "may hold a pickle"),
        ("model.keras", "is of TensorFlow. Convert it to ONNX"),
        ("gone.onnx", "there is no such file"),
        ("gone.py:f", "there is no such file"),
        ("gone.py", "which function"),
        ("no_such_package.m:f", "cannot be imported: ModuleNotFoundError"),
        ("nowhere", "does not exist. Possible are"),
    ],
)
def test_what_is_no_model_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spec: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BundleError, match=message):
        load_model(spec)


def test_no_graph_and_no_declaration_are_told(tmp_path: Path) -> None:
    (tmp_path / "web.onnx").write_text("<html>")
    with pytest.raises(BundleError, match="is no graph that ONNX Runtime runs"):
        load_model(str(tmp_path / "web.onnx"), **TONES)
    (tmp_path / "web.toml").write_text("labels = [")
    with pytest.raises(UsageError, match="is not valid TOML"):
        load_model(str(tmp_path / "web.onnx"))
    with pytest.raises(UsageError, match="can't be read: No such file"):
        load_model(str(tmp_path / "web.onnx"), tmp_path / "other.toml")


def test_clips_go_in_one_by_one_without_a_batch_axis(tmp_path: Path) -> None:
    graph = helper.make_graph(
        [helper.make_node("Slice", ["pcm", "first", "end"], ["scores"])],
        "first three",
        [helper.make_tensor_value_info("pcm", onnx.TensorProto.INT16, [4000])],
        [helper.make_tensor_value_info("scores", onnx.TensorProto.INT16, [3])],
        [numpy_helper.from_array(np.array([value]), name) for name, value in (("first", 1), ("end", 4))],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    (tmp_path / "flat.onnx").write_bytes(model.SerializeToString())
    keys = TONES | {"layout": "samples", "scaling": "int16"}
    found = load_model(str(tmp_path / "flat.onnx"), **keys).answer(clips())
    np.testing.assert_array_equal(found.logits, np.rint(clips()[:, 1:4] * 32768))


def test_scores_beyond_1_are_no_probabilities(tmp_path: Path) -> None:
    (tmp_path / "loud.py").write_text(
        "def f(samples, rate):\n    return [abs(samples).max() > 0.9, samples[9]]\n"
    )
    path = f"{tmp_path / 'loud.py'}:f"
    with pytest.raises(BundleError, match=r'taken for probabilities, but lie in .* Write output = "logits"'):
        load_model(path, labels=["a", "b"], sample_rate=8000, window_s=0.5, output="probabilities").answer(
            np.full((1, 4000), 7, np.float32)
        )


def test_declarations_in_the_page_are_valid() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "foreign_models.md"
    examples = re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    plain, keras = (check_declaration(tomllib.loads(example), "page") for example in examples)
    assert plain == Declaration(
        labels=("yes", "no"), sample_rate=16000, window_s=1.0, layout="batch, samples"
    )
    assert keras.front_end is not None
    front_end = FrontEnd(keras.front_end, keras.sample_rate)
    assert (front_end.num_bins, front_end.num_frames(keras.window_samples)) == (40, 49)
