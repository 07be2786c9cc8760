"""The speaker encoder: its mel bands by their definition, its network against the equations of an LSTM."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.audit.voice_encoder import _MODEL, _embed, _filters, embed_voices, mel_power
from unheard.errors import MissingExtraError
from unheard.signal.audio_file import read_audio

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def weights() -> dict[str, NDArray[np.float64]]:
    try:
        path = _MODEL.locate()
    except MissingExtraError as error:
        pytest.skip(str(error))
    state = torch.load(path, map_location="cpu", weights_only=True)["model_state"]
    return {name: value.double().numpy() for name, value in state.items()}


def test_mel_triangles_have_the_area_one() -> None:
    filters = _filters().T
    assert filters.shape == (40, 201)
    assert filters[25:].sum(axis=1) * 40 == pytest.approx(1.0, abs=0.02)  # bins are 40 Hz wide
    assert (filters >= 0).all()


def test_mel_bands_are_linear_to_1_khz_and_octaves_above() -> None:
    """8 kHz is 45.25 mel, so bands are 1.1036 mel, that is 73.6 Hz, apart below 1 kHz."""
    centres = _filters().T.argmax(axis=1) * 40
    assert centres[9] - centres[0] == pytest.approx(9 * 73.57, abs=41)
    assert centres[39] / centres[38] == pytest.approx(6.4 ** (1.1036 / 27), abs=0.02)


def test_power_of_a_tone_is_in_its_band() -> None:
    tone = np.sin(2 * np.pi * 3000 * np.arange(16_000) / 16_000).astype(np.float32)
    power = mel_power(tone)
    assert power.shape == (101, 40)
    expected = (100**2) * _filters().T[:, 75]  # a Hann window of 400 samples has the gain 100 for a sine
    assert power[50].argmax() == _filters().T[:, 75].argmax()
    assert power[50].max() == pytest.approx(expected.max(), rel=0.6)


def test_the_network_follows_the_equations_of_an_lstm(weights: dict[str, NDArray[np.float64]]) -> None:
    """Hochreiter and Schmidhuber 1997, with forget gates; three layers, the last state, ReLU, length 1."""
    mels = np.random.default_rng(0).exponential(0.01, (1, 160, 40)).astype(np.float32)
    values = mels[0].astype(np.float64)
    for layer in range(3):
        own, back = (weights[f"lstm.weight_{kind}_l{layer}"] for kind in ("ih", "hh"))
        bias = weights[f"lstm.bias_ih_l{layer}"] + weights[f"lstm.bias_hh_l{layer}"]
        state, cell, states = np.zeros(256), np.zeros(256), []
        for value in values:
            into, forget, candidate, out = np.split(own @ value + back @ state + bias, 4)
            cell = _sigmoid(forget) * cell + _sigmoid(into) * np.tanh(candidate)
            state = _sigmoid(out) * np.tanh(cell)
            states.append(state)
        values = np.stack(states)
    raw = np.maximum(weights["linear.weight"] @ values[-1] + weights["linear.bias"], 0)
    assert _embed(mels)[0] == pytest.approx(raw / np.linalg.norm(raw), abs=1e-5)


def _sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-values))


@pytest.mark.usefixtures("weights")
def test_silence_has_no_voice() -> None:
    clips = [np.zeros(16_000, np.float32), np.zeros(100, np.float32)]
    assert np.isnan(embed_voices(clips)).all()
    assert embed_voices([]).shape == (0, 256)


@pytest.mark.usefixtures("weights")
def test_strangers_are_as_unlike_and_people_as_like_themselves_as_others_measured(data_dir: Path) -> None:
    """LibriSpeech, other speakers: strangers 0.525 on average; equal error rate at 0.718."""
    folders = sorted(folder for folder in (data_dir / "librispeech").iterdir() if folder.is_dir())
    several = [sorted(folder.iterdir())[:2] for folder in folders if len(list(folder.iterdir())) > 1]
    single = [next(folder.iterdir()) for folder in folders if len(list(folder.iterdir())) == 1][:12]
    files = [*(file for pair in several for file in pair), *single]
    voices = embed_voices([read_audio(file, sample_rate=16_000)[0][:64_000] for file in files])
    assert np.linalg.norm(voices, axis=1) == pytest.approx(1.0, abs=1e-5)
    alike = voices @ voices.T
    same = [alike[2 * pair, 2 * pair + 1] for pair in range(len(several))]
    strangers = alike[np.triu_indices(len(files), 1)]
    assert min(same) > 0.718
    assert np.median(strangers) == pytest.approx(0.525, abs=0.05)
