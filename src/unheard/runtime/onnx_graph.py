"""Anyone's ONNX graph as a function of clips, as its declaration says that it is fed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from unheard.errors import BundleError
from unheard.runtime.declaration import Declaration
from unheard.runtime.declared_model import Found, Run, Samples
from unheard.runtime.front_end import FrontEnd, FrontEndDeclaration

_TYPES = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(float16)": np.float16,
    "tensor(int16)": np.int16,
}
INT16_SCALE = np.float32(32768)


@dataclass(frozen=True)
class _Feed:
    """How clips become the graph's input."""

    session: Any
    declaration: Declaration
    front_end: FrontEnd | None
    outputs: tuple[str, ...]  # that of the scores, and perhaps that of the embedding
    fixed_batch: int | None  # clips at a time, where the graph says; 1 without a batch axis

    def __call__(self, samples: Samples) -> Found:
        step = self.fixed_batch or len(samples)
        pieces = [self._run(samples[start : start + step], step) for start in range(0, len(samples), step)]
        joined = [np.concatenate(parts) for parts in zip(*pieces, strict=True)]
        return joined[0], joined[1] if len(joined) > 1 else None

    def _run(self, samples: Samples, step: int) -> list[NDArray[np.floating]]:
        """Outputs `(clips, ...)` of at most `step` clips; a fixed batch is filled up with silence."""
        count, node = len(samples), self.session.get_inputs()[0]
        if self.fixed_batch:
            samples = np.pad(samples, ((0, step - count), (0, 0)))
        found = self.session.run(list(self.outputs), {node.name: self.arranged(samples, _TYPES[node.type])})
        if "batch" not in self.declaration.axes:
            return [value.reshape(1, -1) for value in found]
        return [value[:count] for value in found]

    def arranged(self, samples: Samples, dtype: Any) -> NDArray[Any]:
        """What the graph is fed: scaled, turned into features, its axes in order."""
        axes = self.declaration.axes
        if self.declaration.scaling == "int16":
            samples = samples * INT16_SCALE
        values = samples if self.front_end is None else self.front_end.features(samples)
        if dtype == np.int16:
            values = np.rint(values).clip(-32768, 32767)
        own = ["batch", "samples"] if self.front_end is None else ["batch", "bins", "frames"]
        if "batch" not in axes:
            values, own = values[0], own[1:]
        ordered = values.transpose([own.index(axis) for axis in axes if axis != "1"])
        return ordered.reshape(_shape(axes, ordered.shape)).astype(dtype)


def load_graph(path: Path, source: str, declaration: Declaration, num_threads: int = 1) -> Run:
    """A graph as a function from clips to scores.

    Raises: BundleError where the file is no graph, or one that the declaration does not fit.
    """
    session = _open(path, source, num_threads)
    inputs = session.get_inputs()
    if len(inputs) != 1:
        names = ", ".join(node.name for node in inputs)
        raise BundleError(f"{source} has {len(inputs)} inputs ({names}); a graph with one can be diagnosed.")
    node = inputs[0]
    if node.type not in _TYPES:
        raise BundleError(f"{source}: its input is {node.type}; possible are {', '.join(_TYPES)}.")
    front_end = _front_end(source, declaration)
    axes, shape = declaration.axes, tuple(node.shape)
    if len(axes) != len(shape):
        raise BundleError(
            f'{source}: its input "{node.name}" has the shape {_text(shape)}, the layout is '
            f'"{", ".join(axes)}". Write layout = "...", one name an axis.'
        )
    fixed = shape[axes.index("batch")] if "batch" in axes else 1
    feed = _Feed(session, declaration, front_end, _outputs(session, source, declaration), _whole(fixed))
    _require_fit(source, declaration, front_end, feed, shape)
    return feed


def _open(path: Path, source: str, num_threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = num_threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what goes wrong comes as an exception
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's errors have no common root
        reason = " ".join(str(error).split())[:300]
        raise BundleError(f"{source} is no graph that ONNX Runtime runs: {reason}") from None


def _front_end(source: str, declaration: Declaration) -> FrontEnd | None:
    if declaration.front_end is None:
        return None
    try:
        return FrontEnd(declaration.front_end, declaration.sample_rate)
    except ValueError as error:
        raise BundleError(f"{source}: [front_end]: {error}.") from None


def _outputs(session: Any, source: str, declaration: Declaration) -> tuple[str, ...]:
    """Names of the outputs with scores and, where declared, with the embedding."""
    shapes = {node.name: tuple(node.shape) for node in session.get_outputs()}
    listed = ", ".join(f'"{name}" {_text(shape)}' for name, shape in shapes.items())
    for key, name in (("scores", declaration.scores), ("embedding", declaration.embedding)):
        if name is not None and name not in shapes:
            raise BundleError(f'{source} has no output {key} = "{name}"; its outputs are {listed}.')
    scores = declaration.scores
    if scores is None:
        count = len(declaration.labels)
        rest = {name: shape for name, shape in shapes.items() if name != declaration.embedding}
        fitting = [name for name, shape in rest.items() if len(rest) == 1 or count in shape[-1:]]
        if len(fitting) != 1:
            raise BundleError(
                f"{source}: which output has the scores of the {count} labels is not clear; its outputs are "
                f'{listed}. Write scores = "NAME".'
            )
        scores = fitting[0]
    last = _whole(shapes[scores][-1]) if shapes[scores] else None
    if last is not None and last != len(declaration.labels):
        raise BundleError(
            f'{source}: its output "{scores}" has {last} scores, {len(declaration.labels)} labels are '
            "declared. Write one label a score, in their order."
        )
    return (scores,) if declaration.embedding is None else (scores, declaration.embedding)


def _require_fit(
    source: str, declaration: Declaration, front_end: FrontEnd | None, feed: _Feed, shape: tuple[Any, ...]
) -> None:
    """Raise where a side of the graph's input is fixed to another length than the declaration gives it."""
    count = declaration.window_samples
    if front_end is not None and front_end.num_frames(count) < 1:
        raise BundleError(f"{source}: window_s is shorter than one window of the front end.")
    clips = np.zeros((feed.fixed_batch or 1, count), np.float32)
    ours = feed.arranged(clips, np.float32).shape
    for axis, wanted, given in zip(declaration.axes, shape, ours, strict=True):
        if _whole(wanted) is None or wanted == given or axis == "batch":
            continue
        hint = _hint(axis, wanted, declaration)
        raise BundleError(
            f"{source}: its input has the shape {_text(shape)}; the declaration makes {_text(ours)}, "
            f'{given} for "{axis}" where {wanted} are wanted. {hint}'
        )


def _hint(axis: str, wanted: int, declaration: Declaration) -> str:
    """What to write for a side to fit."""
    options = declaration.front_end
    if axis == "samples":
        return f"Write window_s = {wanted / declaration.sample_rate:g} or another sample_rate."
    if options is None or axis == "1":
        return f'Write layout with the axes in their order; it is "{", ".join(declaration.axes)}".'
    if axis == "bins":
        return f"Write num_bands = {wanted} or num_mfcc = {wanted}, or the axes in another order."
    fitting = [text for text, change in _FRAMINGS.items() if _frames_with(declaration, change) == wanted]
    ways = " or ".join(fitting) or "another hop_ms or window_s"
    return f"Write {ways}, or the axes in another order."


_FRAMINGS: dict[str, dict[str, str]] = {
    'centre = "none"': {"centre": "none", "frame": "n_fft"},
    'centre = "none" and frame = "window"': {"centre": "none", "frame": "window"},
    'centre = "reflect"': {"centre": "reflect"},
}


def _frames_with(declaration: Declaration, change: dict[str, str]) -> int:
    tree = declaration.front_end.model_dump() if declaration.front_end else {}
    options = FrontEndDeclaration.model_validate(tree | change)
    return FrontEnd(options, declaration.sample_rate).num_frames(declaration.window_samples)


def _shape(axes: tuple[str, ...], sides: tuple[int, ...]) -> list[int]:
    """Sides with a 1 wherever the layout has one."""
    rest = iter(sides)
    return [1 if axis == "1" else next(rest) for axis in axes]


def _whole(side: Any) -> int | None:
    """A side that a graph fixes; None where it is free."""
    return side if isinstance(side, int) and side > 0 else None


def _text(shape: tuple[Any, ...]) -> str:
    return f"({', '.join('?' if side is None else str(side) for side in shape)})"
