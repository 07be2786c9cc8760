"""Fixtures shared by all rooms."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx
import pytest
import soundfile
from hypothesis import HealthCheck, settings
from onnx import helper, numpy_helper

from unheard.cli.main import main
from unheard.runtime.bundle import BundleInfo, write_bundle

REPOSITORY = Path(__file__).resolve().parents[1]

# how long an example takes says how busy the machine is
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Decoded audio and simulated rooms of the tests are kept apart from the user's."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNHEARD_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of real recordings; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("UNHEARD_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"real recordings: no folder {folder}; set UNHEARD_DATA to have this test run")
    return folder


@pytest.fixture(scope="session")
def tone_model() -> bytes:
    """A real graph that tells tones of 500 Hz from tones of 2000 Hz, at 8 kHz in windows of 0.5 s.

    A tone of amplitude `a` that fills the share `r` of the window has the power (a * r) ** 2; the logits are
    10 * power at 500 Hz, 10 * power at 2000 Hz and 1 for silence. The embedding is both powers.
    """
    time_s = np.arange(4000) / 8000
    waves = [wave(2 * np.pi * hz * time_s) / 2000 for hz in (500, 2000) for wave in (np.cos, np.sin)]
    constants = {
        "pads": np.array([0, 0, 0, 4000]),
        "first": np.array([0]),
        "end": np.array([4000]),
        "axis": np.array([1]),
        "waves": np.stack(waves, axis=1).astype(np.float32),
        "pairs": np.array([[1, 0], [1, 0], [0, 1], [0, 1]], np.float32),
        "weight": np.array([[10, 0, 0], [0, 10, 0]], np.float32),
        "bias": np.array([0, 0, 1], np.float32),
    }
    nodes = [
        helper.make_node("Pad", ["samples", "pads"], ["padded"]),
        helper.make_node("Slice", ["padded", "first", "end", "axis"], ["window"]),
        helper.make_node("MatMul", ["window", "waves"], ["amplitude"]),
        helper.make_node("Mul", ["amplitude", "amplitude"], ["squares"]),
        helper.make_node("MatMul", ["squares", "pairs"], ["embedding"]),
        helper.make_node("Gemm", ["embedding", "weight", "bias"], ["logits"]),
    ]
    shapes = {"samples": ["batch", "num_samples"], "logits": ["batch", 3], "embedding": ["batch", 2]}
    values = {
        name: helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        for name, shape in shapes.items()
    }
    weights = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(
        nodes, "tones", [values["samples"]], [values["logits"], values["embedding"]], weights
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


@pytest.fixture(scope="session")
def tone_info() -> BundleInfo:
    """What `bundle.json` says of the tone model."""
    return BundleInfo(
        name="tones",
        labels=("low", "high", "_silence_"),
        sample_rate=8000,
        window_s=0.5,
        window_samples=4000,
        hop_s=0.1,
        threshold=0.6,
        background_labels=("_silence_",),
        architecture="tones",
        num_parameters=0,
        recipe="none",
        corpus={"fingerprint": "none", "levels": {"median_db": -20.5}},
        created=datetime(2026, 1, 2, tzinfo=UTC),
        unheard_version="0.1.0",
    )


@pytest.fixture
def tone_bundle(tmp_path: Path, tone_model: bytes, tone_info: BundleInfo) -> Path:
    """Folder of the tone model's bundle, inside a run folder."""
    folder = tmp_path / "run" / "bundle"
    write_bundle(folder, tone_model, tone_info, "# Tones\n")
    return folder


SPEAKERS = {"train": 6, "validation": 2, "test": 4}  # a speaker says each word three times
WORDS_HZ = {"low": (350, 350), "mid": (900, 900), "high": (2200, 2200), "rise": (400, 2500)}


@pytest.fixture(scope="session")
def tone_words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 144 clips of 0.5 s at 8 kHz, four seconds of background noise, and clips.csv with labels,
    speakers and splits. The words are tones, "rise" one that rises; speakers are tuned a little differently.
    """
    folder, random = tmp_path_factory.mktemp("corpora") / "tone words", np.random.default_rng(7)
    (folder / "_background_noise_").mkdir(parents=True)
    soundfile.write(folder / "_background_noise_" / "hiss.wav", 0.05 * random.standard_normal(32_000), 8000)
    rows = ["path,label,speaker,split"]
    for split, count in SPEAKERS.items():
        for speaker in (f"{split}-{number}" for number in range(count)):
            tuning = random.uniform(0.93, 1.07)
            for word, (first_hz, last_hz) in WORDS_HZ.items():
                tone = tuning * np.cumsum(np.geomspace(first_hz, last_hz, 2400)) / 8000
                for take in range(3):
                    clip = 0.003 * random.standard_normal(4000)
                    begin = random.integers(1600)
                    drift = np.cumsum(random.normal(0, 0.1, 2400))  # or takes would be copies of each other
                    clip[begin : begin + 2400] += 0.3 * np.hanning(2400) * np.sin(2 * np.pi * tone + drift)
                    name = f"{speaker}-{word}-{take}.wav"
                    soundfile.write(folder / name, clip, 8000)
                    rows.append(f"{name},{word},{speaker},{split}")
    (folder / "clips.csv").write_text("\n".join(rows) + "\n")
    return folder


TINY_RECIPE = """
name = "tiny"
model = { architecture = "lean-s", dropout = 0.2 }
data = { sample_rate = 8000, window_s = 0.5, commands = ["low", "mid", "high"] }
optimiser = { learning_rate = 0.01 }
schedule = { name = "cosine", warmup_epochs = 0.5 }
augment = [
  { transform = "splice", p = 0.05 },
  { transform = "time_shift", max_shift_ms = 50 },
  { transform = "noise", p = 0.5, min_snr_db = 10, max_snr_db = 30 },
  { transform = "spec_augment", num_bin_masks = 1, max_bins = 4, num_frame_masks = 1, max_frames = 5 },
]

[training]
epochs = 5
batch_size = 8
ema_decay = 0.8
mixup_alpha = 0.2
accumulate_batches = 2
gradient_clip = 2.0
device = "cpu"
num_threads = 1
"""


@pytest.fixture(scope="session")
def tiny_recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recipe for the tone words that has chance in everything that may have it, and takes seconds."""
    path = tmp_path_factory.mktemp("recipes") / "tiny.toml"
    path.write_text(TINY_RECIPE)
    return path


@pytest.fixture(scope="session")
def trained(
    tone_words: Path, tiny_recipe: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """The run folder that `unheard train --json` left, and what it printed."""
    folder, printed = tmp_path_factory.mktemp("runs") / "undisturbed", io.StringIO()
    words = ["train", tone_words, "--out", folder, "--recipe", tiny_recipe, "--seed", 3, "--json"]
    with contextlib.redirect_stdout(printed), pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    assert ended.value.code == 0
    return folder, printed.getvalue()


@pytest.fixture(scope="session")
def trained_run(trained: tuple[Path, str]) -> Path:
    """A whole run folder; not to be changed."""
    return trained[0]
