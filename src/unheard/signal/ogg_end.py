"""Whether an OGG file goes on to its end: the format states no length that could be missed.

Its last page carries a flag, "end of stream" (RFC 3533, section 6, header type bit 0x04).
"""

from __future__ import annotations

import io
from pathlib import Path

PAGE_MAGIC = b"OggS"
MAX_PAGE_BYTES = 27 + 255 + 255 * 255
_END_OF_STREAM = 0x04


def lacks_its_end(source: Path | bytes) -> bool:
    """True for an OGG that was cut off, or whose writer never closed it; False for what is no OGG.

    Raises `OSError` for a file that cannot be opened.
    """
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
        if stream.read(len(PAGE_MAGIC)) != PAGE_MAGIC:
            return False
        length = stream.seek(0, io.SEEK_END)
        stream.seek(max(0, length - MAX_PAGE_BYTES))
        tail = stream.read()
    last = tail.rfind(PAGE_MAGIC)
    return last < 0 or not _is_whole_end(tail[last:])


def _is_whole_end(page: bytes) -> bool:
    """Whether a page says that it is the last, and all of it is there."""
    if len(page) < 27 or not page[5] & _END_OF_STREAM:
        return False
    num_segments = page[26]
    sizes = page[27 : 27 + num_segments]
    return len(sizes) == num_segments and len(page) >= 27 + num_segments + sum(sizes)
