"""Sound and pictures as data addresses, so that a report is one file."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

# samples `(num_samples,)` and sample rate of a clip by its part ("test", "live", "train") and its id;
# null for one that is not at hand
Listen = Callable[[str, str], tuple[NDArray[np.float32], int] | None]

MAX_CLIP_S = 10.0  # longer clips are cut, to keep a report small

# dark to bright, in even steps of lightness
_COLOURS = (
    (0, 0, 4),
    (40, 11, 84),
    (101, 21, 110),
    (159, 42, 99),
    (212, 72, 66),
    (245, 125, 21),
    (252, 255, 164),
)


def audio_address(samples: NDArray[np.float32], sample_rate: int) -> str:
    """`data:` address of 16-bit FLAC, which current browsers play; samples beyond [-1, 1] are clipped."""
    buffer = io.BytesIO()
    sf.write(buffer, np.clip(samples, -1.0, 1.0), sample_rate, format="FLAC", subtype="PCM_16")
    return _address("audio/flac", buffer.getvalue())


def picture_address(levels: NDArray[np.uint8]) -> str:
    """`data:` address of a PNG; levels: `(rows, columns)`, 0 dark to 255 bright, first row on top."""
    return _address("image/png", encode_png(levels))


def encode_png(levels: NDArray[np.uint8]) -> bytes:
    """A PNG of 8-bit palette colours (PNG specification, colour type 3)."""
    rows, columns = levels.shape
    header = struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)
    unfiltered = np.hstack([np.zeros((rows, 1), np.uint8), levels])
    chunks = (
        (b"IHDR", header),
        (b"PLTE", _palette()),
        (b"IDAT", zlib.compress(unfiltered.tobytes(), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _palette() -> bytes:
    stops = np.linspace(0, 255, len(_COLOURS))
    channels = [np.interp(np.arange(256), stops, channel) for channel in zip(*_COLOURS, strict=True)]
    return np.stack(channels, axis=1).round().astype(np.uint8).tobytes()


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _address(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
