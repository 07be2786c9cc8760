"""A file from the web that is whole, checked, or not there; a broken download goes on where it broke."""

from __future__ import annotations

import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from unheard.errors import BundleError

TIMEOUT_S = 30.0
_CHUNK_BYTES = 1 << 20
_PARTIAL, _BEYOND_END = 206, 416

Check = Callable[[Path], None]  # raises BundleError for content that is not accepted


def download(url: str, target: Path, check: Check) -> None:
    """Fetch `url` into `target`, which appears only when it is complete and `check` accepts it.

    What arrived of a broken download is kept beside it, and the next call asks for the rest.
    Raises: BundleError when the server can't be reached, the connection breaks, or `check` refuses.
    """
    partial = target.with_name(f".part-{target.name}")
    target.parent.mkdir(parents=True, exist_ok=True)
    resumed = partial.exists()
    _fetch(url, partial)
    try:
        _check_or_delete(partial, check)
    except BundleError:
        if not resumed:
            raise
        _fetch(url, partial)  # its beginning may have been of another file
        _check_or_delete(partial, check)
    os.replace(partial, target)


def _check_or_delete(partial: Path, check: Check) -> None:
    try:
        check(partial)
    except BundleError:
        partial.unlink()
        raise


def _fetch(url: str, partial: Path) -> None:
    """Append what is missing; start anew where the server does not send parts."""
    have = partial.stat().st_size if partial.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            begin = have if answer.status == _PARTIAL else 0
            with partial.open("ab" if begin else "wb") as file:
                while chunk := answer.read(_CHUNK_BYTES):
                    file.write(chunk)
            missing = int(answer.headers["Content-Length"] or 0) + begin - partial.stat().st_size
            if missing > 0:
                raise ConnectionError(f"the connection broke {missing} bytes before the end")
    except urllib.error.HTTPError as error:
        if error.code != _BEYOND_END:  # else everything is there
            raise BundleError(f"{url} answers {error.code} {error.reason}.") from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise BundleError(f"{url} can't be fetched: {reason}. What came is kept; try again.") from error
