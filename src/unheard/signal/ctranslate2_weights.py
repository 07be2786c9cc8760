"""The numbers stored in a CTranslate2 model file, read without the package ctranslate2.

A file is a version, the model's kind and revision, and counted variables: a name, a shape, a type, and as
many bytes. https://github.com/OpenNMT/CTranslate2/blob/master/python/ctranslate2/specs/model_spec.py writes
them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unheard.errors import BundleError

_VERSION = 6
_FLOATS = {0: "<f4", 4: "<f2"}  # a variable's type; the others are whole numbers


@dataclass
class _Reader:
    content: memoryview
    at: int = 0

    def take(self, count: int) -> memoryview:
        piece = self.content[self.at : self.at + count]
        if len(piece) < count:
            raise ValueError("it ends too early")
        self.at += count
        return piece

    def number(self, kind: str) -> int:
        """A whole number of `struct` kind B, H or I."""
        return int(struct.unpack(f"<{kind}", self.take(struct.calcsize(kind)))[0])

    def name(self) -> str:
        return bytes(self.take(self.number("H"))).rstrip(b"\0").decode()


def read_weights(path: Path, prefix: str = "") -> dict[str, NDArray[np.float32]]:
    """All variables of floats whose names begin with `prefix`, by the rest of their names.

    Raises: BundleError when the file is no such model or is damaged.
    """
    reader = _Reader(memoryview(path.read_bytes()))
    try:
        version = reader.number("I")
        if version != _VERSION:
            raise ValueError(f"its version is {version}, and {_VERSION} can be read")
        reader.name(), reader.number("I")  # the model's kind and revision
        variables = [_variable(reader, prefix) for _ in range(reader.number("I"))]
    except ValueError as error:
        raise BundleError(f"'{path}' can't be read as a CTranslate2 model: {error}.") from error
    return {name.removeprefix(prefix): array for name, array in variables if array is not None}


def _variable(reader: _Reader, prefix: str) -> tuple[str, NDArray[np.float32] | None]:
    """Name and values of the next variable; None for whole numbers, and where the name begins otherwise."""
    name = reader.name()
    shape = [reader.number("I") for _ in range(reader.number("B"))]
    kind = reader.number("B")
    values = reader.take(reader.number("I"))
    if kind not in _FLOATS or not name.startswith(prefix):
        return name, None
    return name, np.frombuffer(values, _FLOATS[kind]).astype(np.float32).reshape(shape)
