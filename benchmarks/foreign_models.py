"""Two models that this project did not make, to diagnose: an ONNX file in the style of Keras, and a function.

Both are made with scikit-learn, SciPy and the `onnx` helper alone, as somebody else would. They learn nine
command words from the training speakers of Speech Commands (all but those of `validation_list.txt`), in less
than a minute.

    python benchmarks/foreign_models.py FOLDER --data DATA
    unheard diagnose FOLDER/keras_words.onnx DATA/speech_commands
    unheard diagnose FOLDER/svm_words.py:score DATA/speech_commands
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import scipy.signal
import soundfile
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

LABELS = ("yes", "up", "down", "left", "right", "on", "off", "stop", "go")
RATE, FRAME, HOP, NUM_FFT, NUM_BANDS = 16_000, 640, 320, 1024, 40
CLIPS_A_WORD = 150

KERAS_TOML = f"""\
# What cannot be seen of keras_words.onnx.
labels = {list(LABELS)}
sample_rate = 16000
window_s = 1.0
input = "features"
output = "probabilities"
scores = "dense_2"
embedding = "dense_1"
layout = "batch, frames, bins, 1"

[front_end]  # tf.signal.stft, linear_to_mel_weight_matrix, log(x + 1e-6)
window_ms = 40.0
hop_ms = 20.0
n_fft = 1024
centre = "none"
frame = "window"
power = 1
num_bands = 40
min_hz = 80.0
max_hz = 7600.0
mel_triangles = "mel"
scale = "log"
offset = 1e-6
""".replace("'", '"')

SVM_PY = '''\
"""Nine command words by a support vector machine on cepstra."""

from pathlib import Path

import numpy as np
import scipy.fft
import scipy.signal
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

LABELS = {labels}
SAMPLE_RATE = 16000
WINDOW_S = 1.0


def cepstra(samples, sample_rate):
    """Mean cepstra of ten stretches of the clip."""
    _, _, spectrum = scipy.signal.stft(samples, sample_rate, nperseg=400, noverlap=240, padded=False)
    bands = np.array_split(np.abs(spectrum[2:]), np.geomspace(3, 180, 25).astype(int))
    logs = np.log(np.stack([band.mean(axis=0) for band in bands if len(band)]) + 1e-5)
    rows = scipy.fft.dct(logs, norm="ortho", axis=0)[:14]
    return np.concatenate([part.mean(axis=1) for part in np.array_split(rows, 10, axis=1)])


machine = make_pipeline(StandardScaler(), SVC(C=10, gamma=0.002))
with np.load(Path(__file__).with_name("svm_words.npz")) as data:
    machine.fit([cepstra(clip / 32768, SAMPLE_RATE) for clip in data["clips"]], data["classes"])


def score(samples, sample_rate):
    return machine.decision_function([cepstra(samples, sample_rate)])[0]
'''


def make_keras_style_onnx(folder: Path, data: Path) -> Path:
    """`keras_words.onnx` in a folder, with its declaration: images (batch, 49 frames, 40 bins, 1) to softmax.

    data: a folder that holds `speech_commands`.
    """
    clips, classes = training_clips(data)
    shifts = np.random.default_rng(0).integers(-1600, 1600, (2, len(clips)))
    more = [np.stack([np.roll(clip, by) for clip, by in zip(clips, row, strict=True)]) for row in shifts]
    images = np.concatenate([log_mel(part / np.float32(32768)) for part in (clips, *more)])
    mean, deviation = images.mean(axis=(0, 1)), images.std(axis=(0, 1))
    pooled = pool((images - mean) / deviation)
    network = MLPClassifier((96,), alpha=0.3, batch_size=128, max_iter=25, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # 25 epochs are enough
        network.fit(pooled.reshape(len(pooled), -1), np.tile(classes, 3))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "keras_words.onnx"
    onnx.save(keras_graph(mean, deviation, network.coefs_, network.intercepts_), path)
    path.with_suffix(".toml").write_text(KERAS_TOML, "utf-8")
    return path


def make_sklearn_function(folder: Path, data: Path) -> str:
    """`folder/svm_words.py:score`, whose module fits its machine when it is imported."""
    clips, classes = training_clips(data)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / "svm_words.npz", clips=clips, classes=classes)
    (folder / "svm_words.py").write_text(SVM_PY.replace("{labels}", repr(list(LABELS))), "utf-8")
    return f"{folder / 'svm_words.py'}:score"


def training_clips(data: Path) -> tuple[NDArray[np.int16], NDArray[np.int64]]:
    """Clips `(n, 16000)` of training speakers, padded with zeros, and their classes."""
    folder = data / "speech_commands"
    listed = (folder / "validation_list.txt").read_text().split()
    held_out = {name.split("/")[1].split("_")[0] for name in listed}
    clips, classes = [], []
    for index, label in enumerate(LABELS):
        files = [f for f in sorted((folder / label).glob("*.flac")) if f.name.split("_")[0] not in held_out]
        for file in files[:: max(1, len(files) // CLIPS_A_WORD)][:CLIPS_A_WORD]:
            samples, _ = soundfile.read(file, dtype="int16", frames=RATE)
            clips.append(np.pad(samples, (0, RATE - len(samples))))
            classes.append(index)
    return np.stack(clips), np.array(classes)


def log_mel(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Images `(n, 49, 40)` of clips, as TensorFlow's signal functions make them."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME, axis=1)[:, ::HOP]
    window = scipy.signal.get_window("hann", FRAME).astype(np.float32)
    magnitude = np.abs(np.fft.rfft(frames * window, NUM_FFT))
    mels = 1127.0 * np.log1p(np.arange(NUM_FFT // 2 + 1) * RATE / NUM_FFT / 700.0)
    edges = np.linspace(*(1127.0 * np.log1p(np.array([80.0, 7600.0]) / 700.0)), NUM_BANDS + 2)
    up = (mels[:, None] - edges[:-2]) / np.diff(edges)[:-1]
    down = (edges[2:] - mels[:, None]) / np.diff(edges)[1:]
    weights = np.maximum(0, np.minimum(up, down))
    return np.log(magnitude @ weights + 1e-6).astype(np.float32)


def pool(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means of 2 x 2: `(n, 24, 20)`; the last odd frame is left out."""
    return images[:, :48].reshape(-1, 24, 2, 20, 2).mean(axis=(2, 4))


def keras_graph(mean: Any, deviation: Any, weights: list[Any], biases: list[Any]) -> onnx.ModelProto:
    """Normalization, AveragePooling2D, Flatten and two Dense layers, as tf2onnx writes them."""
    constants = {
        "mean": mean.reshape(1, 1, -1, 1),
        "deviation": deviation.reshape(1, 1, -1, 1),
        "kernel_1": weights[0],
        "bias_1": biases[0],
        "kernel_2": weights[1],
        "bias_2": biases[1],
    }
    nodes = [
        helper.make_node("Sub", ["input_1", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "deviation"], ["normalized"]),
        helper.make_node("Transpose", ["normalized"], ["channels_first"], perm=[0, 3, 1, 2]),
        helper.make_node("AveragePool", ["channels_first"], ["pooled"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Transpose", ["pooled"], ["channels_last"], perm=[0, 2, 3, 1]),
        helper.make_node("Flatten", ["channels_last"], ["flat"], axis=1),
        helper.make_node("Gemm", ["flat", "kernel_1", "bias_1"], ["sum_1"]),
        helper.make_node("Relu", ["sum_1"], ["dense_1"]),
        helper.make_node("Gemm", ["dense_1", "kernel_2", "bias_2"], ["sum_2"]),
        helper.make_node("Softmax", ["sum_2"], ["dense_2"], axis=-1),
    ]
    initial = [numpy_helper.from_array(np.float32(value), name) for name, value in constants.items()]
    graph = helper.make_graph(
        nodes,
        "sequential",
        [helper.make_tensor_value_info("input_1", onnx.TensorProto.FLOAT, [None, 49, NUM_BANDS, 1])],
        [
            helper.make_tensor_value_info("dense_2", onnx.TensorProto.FLOAT, [None, len(LABELS)]),
            helper.make_tensor_value_info("dense_1", onnx.TensorProto.FLOAT, [None, len(biases[0])]),
        ],
        initial,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the models go")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds speech_commands")
    options = parser.parse_args()
    print(make_keras_style_onnx(options.folder, options.data))
    print(make_sklearn_function(options.folder, options.data))


if __name__ == "__main__":
    main()
