"""What a file that does not open as audio probably is, from its first bytes."""

from __future__ import annotations

_CONVERT = "which libsndfile does not decode; convert it, e.g. ffmpeg -i OLD NEW.flac"
_NO_AUDIO = "but has no audio that decodes (empty, truncated or damaged)"

# (signature, its offset in bytes, predicate of a sentence)
_SIGNATURES = (
    (b"version https://git-lfs", 0, "is a Git LFS pointer, not the audio; run: git lfs pull"),
    (b"ftyp", 4, f"is MP4/M4A (AAC), {_CONVERT}"),
    (b"\x1a\x45\xdf\xa3", 0, f"is WebM/Matroska, {_CONVERT}"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", 0, f"is Windows Media, {_CONVERT}"),
    (b"#!AMR", 0, f"is AMR, {_CONVERT}"),
    (b"PK\x03\x04", 0, "is a ZIP archive; unpack it"),
    (b"\x1f\x8b", 0, "is a gzip archive; unpack it"),
    (b"fLaC", 0, f"begins like FLAC, {_NO_AUDIO}"),
    (b"RIFF", 0, f"begins like WAV, {_NO_AUDIO}"),
    (b"OggS", 0, f"begins like OGG, {_NO_AUDIO}"),
    (b"ID3", 0, f"begins like MP3, {_NO_AUDIO}"),
)


def guess_content(head: bytes) -> str | None:
    """Predicate of a sentence that says what the file is, or None when its first bytes tell nothing."""
    for signature, offset, verdict in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return verdict
    if head.lstrip()[:1] == b"<":
        return "is a web page or XML, not audio (a failed download?)"
    return "is text, not audio" if _is_text(head) else None


def _is_text(head: bytes) -> bool:
    return all(byte in b"\t\n\r" or 32 <= byte < 127 for byte in head)
