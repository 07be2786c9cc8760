"""The numbers stored in an ONNX file, read without the package onnx.

An ONNX file is a protocol buffer: fields of a number and a value, and values that are again such messages. Of
https://github.com/onnx/onnx/blob/main/onnx/onnx.proto only what leads to constants is followed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_GRAPH = 7  # of a model
_NODE = 1  # of a graph
_OUTPUT, _ATTRIBUTE = 2, 5  # of a node
_TENSOR, _SUBGRAPH = 5, 6  # of an attribute
_DIMS, _KIND, _RAW = 1, 2, 9  # of a tensor
_FLOAT = 1  # a tensor's kind
_VARINT, _EIGHT_BYTES, _COUNTED, _FOUR_BYTES = 0, 1, 2, 5  # how a value is written

_Value = int | memoryview


def read_weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """All float32 constants of a model and of the branches in it, by name."""
    content = memoryview(path.read_bytes())
    graphs = (value for number, value in _fields(content) if number == _GRAPH)
    return {name: array for graph in graphs for name, array in _constants(graph)}


def _constants(graph: _Value) -> Iterator[tuple[str, NDArray[np.float32]]]:
    for node in _values(graph, _NODE):
        for attribute in _values(node, _ATTRIBUTE):
            for branch in _values(attribute, _SUBGRAPH):
                yield from _constants(branch)
            for tensor in _values(attribute, _TENSOR):
                if _values(tensor, _KIND) == [_FLOAT] and _values(tensor, _RAW):
                    yield bytes(_message(_values(node, _OUTPUT)[0])).decode(), _array(tensor)


def _array(tensor: _Value) -> NDArray[np.float32]:
    values = np.frombuffer(_message(_values(tensor, _RAW)[0]), "<f4")
    shape = [size for sizes in _values(tensor, _DIMS) for size in _whole_numbers(sizes)]
    return values.reshape(shape) if math.prod(shape) == len(values) else values


def _values(message: _Value, wanted: int) -> list[_Value]:
    return [value for number, value in _fields(_message(message)) if number == wanted]


def _message(value: _Value) -> memoryview:
    if isinstance(value, int):
        raise ValueError("A number stands where an ONNX file has a message; it is damaged.")
    return value


def _fields(message: memoryview) -> Iterator[tuple[int, _Value]]:
    """Number and value of each field."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == _VARINT:
            value, at = _varint(message, at)
            yield key >> 3, value
            continue
        length = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}.get(kind, 0)
        if kind == _COUNTED:
            length, at = _varint(message, at)
        yield key >> 3, message[at : at + length]
        at += length


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """A whole number, seven bits a byte, the lowest first; and where it ends."""
    number = shift = 0
    while message[at] & 0x80:
        number |= (message[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
    return number | message[at] << shift, at + 1


def _whole_numbers(value: _Value) -> Iterator[int]:
    """One, or many that are packed into one value."""
    if isinstance(value, int):
        yield value
        return
    at = 0
    while at < len(value):
        number, at = _varint(value, at)
        yield number
