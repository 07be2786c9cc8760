"""Model files written by hand, as the format is published."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.errors import BundleError
from unheard.signal.ctranslate2_weights import read_weights

KINDS = {"float32": 0, "int8": 1, "float16": 4}


def text(name: str) -> bytes:
    return struct.pack("<H", len(name) + 1) + name.encode() + b"\0"


def model_file(variables: dict[str, NDArray[np.generic]], version: int = 6) -> bytes:
    content = struct.pack("<I", version) + text("WhisperSpec") + struct.pack("<II", 3, len(variables))
    for name, array in variables.items():
        content += text(name) + struct.pack("<B", array.ndim) + struct.pack(f"<{array.ndim}I", *array.shape)
        content += struct.pack("<BI", KINDS[str(array.dtype)], array.nbytes) + array.tobytes()
    return content + struct.pack("<I", 0)  # no aliases


def test_floats_of_a_prefix_are_read(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    half = np.arange(6, dtype=np.float16).reshape(2, 3) / 8
    whole, other = np.array([3], np.int8), np.ones(4, np.float32)
    path.write_bytes(model_file({"encoder/a": half, "encoder/b": whole, "decoder/c": other}))

    found = read_weights(path, "encoder/")

    assert found.keys() == {"a"}
    assert found["a"].dtype == np.float32
    np.testing.assert_array_equal(found["a"], half)
    np.testing.assert_array_equal(read_weights(path)["decoder/c"], other)


def test_a_cut_file_and_another_version_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    content = model_file({"a": np.ones(100, np.float32)})
    path.write_bytes(content[:200])
    with pytest.raises(BundleError, match=r"model\.bin' can't be read .*: it ends too early"):
        read_weights(path)
    path.write_bytes(model_file({}, version=4))
    with pytest.raises(BundleError, match="its version is 4, and 6 can be read"):
        read_weights(path)
