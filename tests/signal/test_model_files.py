from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from unheard.errors import BundleError, MissingExtraError
from unheard.signal.model_files import ModelFile

CONTENT = b"weights"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package that must not be imported, with a model in it."""
    folder = tmp_path / "heavy_models_for_a_test"
    (folder / "data").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError('was imported')")
    (folder / "data" / "model.onnx").write_bytes(CONTENT)
    monkeypatch.syspath_prepend(tmp_path)
    return folder.name


def model(module: str, path: str = "data/model.onnx", content: bytes = CONTENT) -> ModelFile:
    digest = hashlib.sha256(content).hexdigest()
    return ModelFile("Guessing", "heavy-models", module, path, digest, "'unheard[audit]'")


def test_a_file_is_found_without_importing_its_package(package: str) -> None:
    assert model(package).locate().read_bytes() == CONTENT
    assert package not in sys.modules


@pytest.mark.parametrize("missing", ["module", "parent", "file"])
def test_what_is_missing_is_named_with_what_installs_it(package: str, missing: str) -> None:
    wanted = {
        "module": model("no_such_module_here"),
        "parent": model("no_such_module_here.models"),
        "file": model(package, path="data/other.onnx"),
    }[missing]
    with pytest.raises(
        MissingExtraError, match=r"Guessing needs the package 'heavy-models'.*unheard\[audit\]"
    ):
        wanted.locate()


def test_another_model_is_not_accepted(package: str) -> None:
    with pytest.raises(BundleError, match="not the model that Guessing was tested with") as told:
        model(package, content=b"others").locate()
    assert "Install the version of heavy-models in constraints.txt" in str(told.value)
