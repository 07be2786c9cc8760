"""Memory that is freed is kept for the next step.

By default glibc hands large blocks back to the system when they are freed and fetches them anew, zeroed page
by page, for the next batch: up to a quarter of the processor time of a training (`benchmarks/README.md`).
"""

from __future__ import annotations

import ctypes
import os

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # malloc.h of glibc
_LARGE, _DOCUMENTED = 1 << 30, 32 << 20  # bytes; the second is the limit that mallopt(3) names on 64 bits


def keep_freed_memory() -> bool:
    """Let malloc keep what this process frees, in blocks of up to 1 GiB (32 MiB where glibc refuses
    more); False where there is no glibc, or where MALLOC_* or GLIBC_TUNABLES in the environment say
    what malloc is to do.
    """
    if any(name.startswith("MALLOC_") or name == "GLIBC_TUNABLES" for name in os.environ):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if mallopt is None:
        return False
    kept = any(mallopt(_MMAP_THRESHOLD, size) for size in (_LARGE, _DOCUMENTED))
    return bool(mallopt(_TRIM_THRESHOLD, _LARGE)) and kept
