"""The bundle: the folder that ships, and the only thing that scores.

    bundle/
    ├── model.onnx     input `samples` (batch, num_samples); outputs `logits` (batch, classes) and
    │                  `embedding` (batch, size)
    ├── bundle.json    what the model is: `BundleInfo`
    └── MODEL_CARD.md  the same for people

The front end is inside the graph, and so is the window: a longer clip is cut. A shorter one the graph would
pad with zeros; `Bundle` continues it with its room tone instead (`signal/room_tone.py`). What is loaded is
what was hashed when it was written.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from unheard.errors import BundleError, UsageError
from unheard.files import exchanged
from unheard.signal.room_tone import with_room_tone
from unheard.units import seconds_to_samples

FORMAT = 1
MODEL_FILE, INFO_FILE, CARD_FILE = "model.onnx", "bundle.json", "MODEL_CARD.md"
INPUTS, OUTPUTS = {"samples"}, {"logits", "embedding"}


class BundleInfo(BaseModel):
    """What `bundle.json` says. Only `corpus` is free; any other unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    format: Literal[1] = 1
    name: str = Field(min_length=1)
    labels: tuple[str, ...] = Field(min_length=2)  # in the order of the logits
    sample_rate: int = Field(gt=0)  # Hz
    window_s: float = Field(gt=0)  # what the model hears at once
    window_samples: int = Field(gt=0)  # the same at `sample_rate`
    hop_s: float = Field(gt=0)  # a stream is scored this often
    temperature: float = Field(1.0, gt=0)  # scores are softmax(logits / temperature)
    threshold: float = Field(0.5, ge=0, le=1)  # of an event in a stream
    background_labels: tuple[str, ...] = ()  # labels that are never an event
    architecture: str
    num_parameters: int = Field(ge=0)
    recipe: str
    corpus: dict[str, Any] = {}  # what it learned from: fingerprint, utterances, speakers, levels
    created: AwareDatetime
    unheard_version: str
    hashes: dict[str, str] = {}  # file -> SHA-256; `write_bundle` fills it in

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        if len(set(self.labels)) < len(self.labels):
            raise ValueError("a label stands twice in labels")
        if strangers := set(self.background_labels) - set(self.labels):
            raise ValueError(f"background_labels {sorted(strangers)} are not among the labels")
        if self.window_samples != seconds_to_samples(self.window_s, self.sample_rate):
            raise ValueError(
                f"window_samples is {self.window_samples}, but window_s is {self.window_s} s "
                f"at {self.sample_rate} Hz"
            )
        if not 1 <= self.hop_samples <= self.window_samples:
            raise ValueError(f"hop_s is {self.hop_s} s; possible is one sample to {self.window_s} s")
        return self

    @property
    def hop_samples(self) -> int:
        """Samples between the starts of two windows of a stream."""
        return seconds_to_samples(self.hop_s, self.sample_rate)

    @property
    def foreground(self) -> tuple[int, ...]:
        """Columns of the scores that can be an event: all labels but the background labels."""
        return tuple(i for i, label in enumerate(self.labels) if label not in self.background_labels)


@dataclass(frozen=True, eq=False)
class Bundle:
    """A loaded bundle: samples in, scores out. May be shared between threads."""

    path: Path
    info: BundleInfo
    _session: Any = field(repr=False)

    @classmethod
    def load(cls, path: Path | str, num_threads: int = 1) -> Self:
        """The bundle in a bundle folder or in a run folder, its hash checked and its graph tried once.

        Raises `BundleError` for what is missing, damaged or of another format.
        """
        folder = find_bundle(Path(path))
        info = _read_info(folder)
        bundle = cls(folder, info, _open_session(folder, _read_model(folder, info), num_threads))
        _try_once(bundle)
        return bundle

    def logits(self, samples: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Logits `(batch, classes)` and embedding `(batch, size)` of samples `(batch, num_samples)`.

        The samples are at `info.sample_rate`, on the caller's word; clips shorter than the window go on with
        their room tone. Another dtype or shape is a `UsageError`.
        """
        if samples.dtype != np.float32 or samples.ndim != 2 or samples.size == 0:
            raise UsageError(
                f"Samples are {samples.dtype} of shape {samples.shape}; a bundle takes float32 in [-1, 1] "
                "of shape (batch, num_samples), neither of them 0."
            )
        window = self.info.window_samples
        if samples.shape[1] < window:
            samples = np.stack([with_room_tone(clip, window) for clip in samples])
        logits, embedding = self._session.run(["logits", "embedding"], {"samples": samples})
        wanted = (len(samples), len(self.info.labels))
        if logits.shape != wanted or embedding.ndim != 2 or len(embedding) != len(samples):
            raise BundleError(
                f"Bundle '{self.path}': {MODEL_FILE} answers {len(samples)} clips with logits of shape "
                f"{logits.shape} and an embedding of shape {embedding.shape}; {INFO_FILE} has "
                f"{len(self.info.labels)} labels. Export it again."
            )
        return logits, embedding

    def scores(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Calibrated probabilities `(batch, classes)`: softmax of the logits over the temperature."""
        scaled = self.logits(samples)[0] / np.float32(self.info.temperature)
        odds = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float32)


def find_bundle(path: Path) -> Path:
    """The bundle folder that a bundle or run folder means."""
    for folder in (path, path / "bundle"):
        if (folder / INFO_FILE).is_file():
            return folder
    raise BundleError(
        f"No bundle in '{path}': neither {INFO_FILE} nor bundle/{INFO_FILE} is there. "
        "Give the folder that `unheard train --out` wrote, or its bundle."
    )


def write_bundle(folder: Path, model: bytes | Path, info: BundleInfo, model_card: str) -> BundleInfo:
    """Write a bundle that loads; `info` comes back with the hashes.

    It is written beside `folder` and loaded once before it takes its place, so an existing bundle is replaced
    only by a whole one. A folder that is no bundle is not replaced: `BundleError`.
    """
    model = model if isinstance(model, bytes) else model.read_bytes()
    info = info.model_copy(update={"hashes": {MODEL_FILE: _sha256(model)}})
    _require_replaceable(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = _beside(folder, "part")
    part.mkdir()
    try:
        _write_durably(part / MODEL_FILE, model)
        _write_durably(part / INFO_FILE, (info.model_dump_json(indent=2) + "\n").encode())
        _write_durably(part / CARD_FILE, model_card.encode())
        Bundle.load(part)
        _take_place(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return info


def _read_info(folder: Path) -> BundleInfo:
    try:
        document = json.loads((folder / INFO_FILE).read_bytes())
    except (OSError, ValueError) as error:
        raise BundleError(
            f"Bundle '{folder}': {INFO_FILE} cannot be read: {error}. Export it again."
        ) from None
    found = document.get("format") if isinstance(document, dict) else None
    if found != FORMAT:
        raise BundleError(
            f"Bundle '{folder}': its format is {found}, this version of unheard reads format {FORMAT}. "
            "Use the version that wrote it, or export it again."
        )
    try:
        return BundleInfo.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        reason = f"{where}: {first['msg']}" if where else first["msg"]
        raise BundleError(f"Bundle '{folder}': {INFO_FILE}: {reason}. Export it again.") from None


def _read_model(folder: Path, info: BundleInfo) -> bytes:
    """The graph's bytes, which have the hash that `bundle.json` names."""
    try:
        model = (folder / MODEL_FILE).read_bytes()
    except OSError as error:
        reason = error.strerror or error
        raise BundleError(f"Bundle '{folder}': {MODEL_FILE}: {reason}. Copy the whole folder.") from None
    stated, found = info.hashes.get(MODEL_FILE), _sha256(model)
    if stated != found:
        raise BundleError(
            f"Bundle '{folder}': {MODEL_FILE} was changed or damaged: its SHA-256 is {found}, "
            f"{INFO_FILE} says {stated}. Copy it again from where it was exported."
        )
    return model


def _open_session(folder: Path, model: bytes, num_threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = num_threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what goes wrong comes as an exception
    try:
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's errors have no common root
        raise BundleError(f"Bundle '{folder}': {MODEL_FILE} is no graph that runs: {error}") from None
    inputs = {node.name for node in session.get_inputs()}
    outputs = {node.name for node in session.get_outputs()}
    if (inputs, outputs) != (INPUTS, OUTPUTS):
        raise BundleError(
            f"Bundle '{folder}': {MODEL_FILE} has inputs {sorted(inputs)} and outputs {sorted(outputs)}; "
            f"a bundle has inputs {sorted(INPUTS)} and outputs {sorted(OUTPUTS)}. Export it again."
        )
    return session


def _try_once(bundle: Bundle) -> None:
    """Score one window of silence: a graph that cannot is found now and not in the middle of the work."""
    try:
        scores = bundle.scores(np.zeros((1, bundle.info.window_samples), np.float32))
    except BundleError:
        raise
    except Exception as error:
        raise BundleError(f"Bundle '{bundle.path}': {MODEL_FILE} does not run: {error}") from None
    if not np.isfinite(scores).all():
        raise BundleError(f"Bundle '{bundle.path}': {MODEL_FILE} scores silence as {scores[0]}.")


def _require_replaceable(folder: Path) -> None:
    if folder.exists() and not (folder / INFO_FILE).is_file() and (folder.is_file() or any(folder.iterdir())):
        raise BundleError(f"'{folder}' is there and is no bundle; it is not replaced. Choose another folder.")


def _take_place(part: Path, folder: Path) -> None:
    """Rename `part` to `folder`; what was there before goes, or stays if that fails."""
    if not folder.exists():
        part.rename(folder)
        return
    if exchanged(part, folder):
        return  # what was there is the part now
    old = folder.rename(_beside(folder, "old"))
    try:
        part.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old)


def _beside(folder: Path, purpose: str) -> Path:
    return folder.with_name(f".{folder.name}.{os.getpid()}.{purpose}")


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
