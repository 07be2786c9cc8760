"""Memory that is freed is kept for the next step.

By default glibc hands large blocks back to the system when they are freed and fetches them anew, zeroed page
by page, for the next batch: up to a quarter of the processor time of a training (`benchmarks/README.md`).
"""

from __future__ import annotations

import ctypes
import os

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # malloc.h of glibc
_LARGE = 1 << 30


def keep_freed_memory() -> bool:
    """Let malloc keep what this process frees, in blocks of up to 1 GiB; False where there is no glibc, or
    where MALLOC_* or GLIBC_TUNABLES in the environment say what malloc is to do.
    """
    if any(name.startswith("MALLOC_") or name == "GLIBC_TUNABLES" for name in os.environ):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if mallopt is None:
        return False
    return bool(mallopt(_MMAP_THRESHOLD, _LARGE) and mallopt(_TRIM_THRESHOLD, _LARGE))
