"""How long an MP3 says it is, in bytes: the one way to see a truncated one without decoding it."""

from __future__ import annotations

import io
from typing import BinaryIO

_SEARCHED_BYTES = 1024  # the first frame, in which the entry stands
_HAS_FRAMES, _HAS_BYTES = 1, 2  # bits of its flags


def missing_bytes(stream: BinaryIO) -> int:
    """Bytes by which an MP3 is shorter than its Xing or Info entry states; 0 if it is whole or has none.

    The entry lies in the first frame: its name, flags, frames and bytes where the flags say so, 4 bytes each.
    """
    start = _tag_bytes(stream)
    stream.seek(start)
    frame = stream.read(_SEARCHED_BYTES)
    entry = max(frame.find(b"Xing"), frame.find(b"Info"))
    flags = _number(frame, entry + 4)
    if entry < 0 or not flags & _HAS_BYTES:
        return 0
    stated = _number(frame, entry + (12 if flags & _HAS_FRAMES else 8))
    return max(0, start + stated - stream.seek(0, io.SEEK_END))


def _tag_bytes(stream: BinaryIO) -> int:
    """Length of the ID3v2 tag in front: 10 bytes and a number of four times 7 bits."""
    stream.seek(0)
    head = stream.read(10)
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    return 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))


def _number(content: bytes, position: int) -> int:
    return int.from_bytes(content[position : position + 4], "big")
