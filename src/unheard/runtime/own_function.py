"""Anyone's Python function as a model: `package.module:function` or `path/to/file.py:function`."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from unheard.errors import BundleError, unknown_name
from unheard.runtime.declaration import Declaration
from unheard.runtime.declared_model import Found, Run, Samples
from unheard.runtime.onnx_graph import INT16_SCALE

ATTRIBUTES = {"labels": "LABELS", "sample_rate": "SAMPLE_RATE", "window_s": "WINDOW_S"}


def import_function(spec: str) -> tuple[Callable[..., Any], ModuleType]:
    """The function that a spec names, and its module. The folder it lies in can be imported from afterwards.

    Raises: BundleError where there is no such module or function, or importing it fails.
    """
    place, _, name = spec.rpartition(":")
    module = _import_file(Path(place)) if place.endswith(".py") else _import_module(place)
    function = getattr(module, name, None)
    if not callable(function):
        found = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        raise BundleError(f"Model '{spec}': {unknown_name('function', name, found)}")
    return function, module


def declared_in(module: ModuleType) -> dict[str, Any]:
    """What LABELS, SAMPLE_RATE and WINDOW_S of a module say, as keys of a declaration."""
    return {key: getattr(module, name) for key, name in ATTRIBUTES.items() if hasattr(module, name)}


def function_run(function: Callable[..., Any], source: str, declaration: Declaration) -> Run:
    """A function as a function from clips to scores.

    It gets `(samples, sample_rate)`: float32 `(num_samples,)`, or `(batch, num_samples)` where `batched`.
    """
    if declaration.input == "features" or declaration.layout is not None:
        raise BundleError(
            f"{source} is a function, which gets samples and makes its features itself: remove input, layout "
            "and [front_end] from its declaration."
        )
    rate = declaration.sample_rate
    scale = INT16_SCALE if declaration.scaling == "int16" else np.float32(1)

    def run_batch(samples: Samples) -> Found:
        scores, embedding = _pair(function(samples * scale, rate))
        return np.asarray(scores), None if embedding is None else np.asarray(embedding)

    def run_clips(samples: Samples) -> Found:
        found = [_pair(function(clip, rate)) for clip in samples * scale]
        scores = np.stack([np.asarray(row[0]).reshape(-1) for row in found])
        if found[0][1] is None:
            return scores, None
        return scores, np.stack([np.asarray(row[1]).reshape(-1) for row in found])

    return run_batch if declaration.batched else run_clips


def _pair(answer: Any) -> tuple[Any, Any]:
    """Scores and embedding of what a function gave."""
    return (answer[0], answer[1]) if isinstance(answer, tuple) and len(answer) == 2 else (answer, None)


def _import_module(name: str) -> ModuleType:
    _allow_imports_from(Path.cwd())
    try:
        return importlib.import_module(name)
    except Exception as error:  # anything may come out of somebody else's code
        raise _broken(name, error) from error


def _import_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise BundleError(f"Model '{path}': there is no such file.")
    _allow_imports_from(path.resolve().parent)
    name = f"unheard_model_{path.stem}"
    found = importlib.util.spec_from_file_location(name, path)
    if found is None or found.loader is None:
        raise BundleError(f"Model '{path}' is no Python file.")
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module  # dataclasses look their module up there
    try:
        found.loader.exec_module(module)
    except Exception as error:  # anything may come out of somebody else's code
        del sys.modules[name]
        raise _broken(str(path), error) from error
    return module


def _broken(name: str, error: Exception) -> BundleError:
    text = " ".join(str(error).split())[:300]
    return BundleError(f"Model '{name}' cannot be imported: {type(error).__name__}: {text}")


def _allow_imports_from(folder: Path) -> None:
    """At the end of the path, so that nothing installed is hidden by what lies there."""
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
