from __future__ import annotations

import pytest

from unheard.signal.sniff import guess_content


@pytest.mark.parametrize(
    ("head", "verdict"),
    [
        (b"version https://git-lfs.github.com/spec/v1", "Git LFS pointer"),
        (b"\x00\x00\x00\x18ftypmp42", "MP4/M4A"),
        (b"\x1a\x45\xdf\xa3\x01", "WebM"),
        (b"PK\x03\x04", "ZIP"),
        (b"\n  <html>", "web page"),
        (b"file,label\na.wav,yes\n", "is text"),
        (b"RIFF\x00\x00", "begins like WAV"),
    ],
)
def test_known_beginnings_are_named(head: bytes, verdict: str) -> None:
    assert verdict in (guess_content(head) or "")


def test_unknown_bytes_are_not_guessed() -> None:
    assert guess_content(b"\x93\x00\xfe\x07") is None
