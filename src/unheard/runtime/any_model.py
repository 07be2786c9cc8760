"""Anyone's model from one line: a bundle of ours, an ONNX file, or a Python function.

    load_model("runs/robust")                      a run folder or a bundle
    load_model("theirs.onnx")                      with theirs.toml beside it
    load_model("package.module:function")          with LABELS, SAMPLE_RATE, WINDOW_S in the module, or
    load_model("path/to/file.py:function")         with file.toml beside it

Pickles and what is made of them (.pkl, .joblib, .pt) are not loaded: opening one runs any code that is in it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from unheard.errors import BundleError, UsageError
from unheard.runtime.bundle import Bundle
from unheard.runtime.declaration import NEEDED, Declaration, check_declaration, read_declaration
from unheard.runtime.declared_model import DeclaredModel, declared_model
from unheard.runtime.model import BundleModel, Model
from unheard.runtime.onnx_graph import load_graph
from unheard.runtime.own_function import declared_in, function_run, import_function

_ELSEWHERE = {
    **dict.fromkeys(
        (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".ckpt", ".bin"),
        "may hold a pickle, which runs any code when it is opened; it is not loaded",
    ),
    **dict.fromkeys((".keras", ".h5", ".hdf5", ".tflite", ".pb"), "is of TensorFlow"),
}


def load_model(
    spec: str, declaration: Path | None = None, *, num_threads: int = 1, **overrides: Any
) -> Model:
    """The model that a spec means. `overrides`: keys of the declaration that go before those of its file.

    Raises: BundleError for what cannot be loaded or answers badly; UsageError for its declaration.
    """
    place, colon, name = spec.rpartition(":")
    if colon and name.isidentifier() and place and not Path(spec).exists():
        return _function(spec, Path(place), declaration, overrides)
    path = Path(spec)
    if path.suffix.lower() == ".onnx":
        return _graph(path, declaration, overrides, num_threads)
    if path.suffix.lower() in _ELSEWHERE and not path.is_dir():
        raise BundleError(
            f"Model '{spec}' {_ELSEWHERE[path.suffix.lower()]}. Convert it to ONNX, or write a Python "
            "function that loads it and takes (samples, sample_rate) to scores, and give module:function."
        )
    if path.suffix == ".py":
        raise BundleError(f"Model '{spec}': which function? Give {spec}:FUNCTION.")
    if declaration is not None or overrides:
        raise UsageError(f"Model '{spec}' is a bundle, which declares itself: leave the declaration away.")
    if not path.exists():
        raise BundleError(
            f"Model '{spec}' does not exist. Possible are a run folder, a bundle, an .onnx file, "
            "and module:function or file.py:function."
        )
    return BundleModel(Bundle.load(path, num_threads))


def _graph(
    path: Path, declaration: Path | None, overrides: dict[str, Any], num_threads: int
) -> DeclaredModel:
    source = f"Model '{path}'"
    if not path.is_file():
        raise BundleError(f"{source}: there is no such file.")
    declared = _declared(source, declaration, path.with_suffix(".toml"), {}, overrides)
    return declared_model(path.stem, source, declared, load_graph(path, source, declared, num_threads))


def _function(spec: str, place: Path, declaration: Path | None, overrides: dict[str, Any]) -> DeclaredModel:
    source = f"Model '{spec}'"
    function, module = import_function(spec)
    beside = Path(module.__file__ or place).with_suffix(".toml")
    declared = _declared(source, declaration, beside, declared_in(module), overrides)
    name = spec.rpartition(":")[2]
    return declared_model(name, source, declared, function_run(function, source, declared))


def _declared(
    source: str, declaration: Path | None, beside: Path, inside: dict[str, Any], overrides: dict[str, Any]
) -> Declaration:
    """What the file says, the one beside the model where none is given, over what stands inside of it."""
    file = declaration or (beside if beside.is_file() else None)
    tree = inside | (read_declaration(file) if file else {}) | overrides
    if file is None and any(name not in tree for name in NEEDED):
        missing = " and ".join(name for name in NEEDED if name not in tree)
        raise UsageError(
            f"{source} does not say its {missing}. Write '{beside}' (or --model-declaration FILE) with, for "
            'example: labels = ["yes", "no"], sample_rate = 16000 and window_s = 1.0, a line each.'
        )
    return check_declaration(tree, f"Model declaration '{file}'" if file else source)
