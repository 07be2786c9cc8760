from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from unheard.signal.ogg_end import lacks_its_end


def encoded(seconds: float, subtype: str = "VORBIS", container: str = "OGG") -> bytes:
    stream = io.BytesIO()
    noise = np.random.default_rng(0).normal(0, 0.1, int(16000 * seconds))
    soundfile.write(stream, noise, 16000, subtype, format=container)
    return stream.getvalue()


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
@pytest.mark.parametrize("seconds", [0.05, 1.0, 20.0])
def test_a_whole_ogg_has_its_end(subtype: str, seconds: float, tmp_path: Path) -> None:
    content = encoded(seconds, subtype)
    (tmp_path / "x.ogg").write_bytes(content)

    assert not lacks_its_end(content)
    assert not lacks_its_end(tmp_path / "x.ogg")


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_cut_ogg_lacks_its_end(subtype: str, share: float) -> None:
    content = encoded(5.0, subtype)

    assert lacks_its_end(content[: int(share * len(content))])
    assert lacks_its_end(content[:-1])


@pytest.mark.parametrize("content", [b"", b"Ogg", b"RIFF1234WAVE", encoded(0.5, "PCM_16", "FLAC")])
def test_what_is_no_ogg_is_not_judged(content: bytes) -> None:
    assert not lacks_its_end(content)


def test_what_follows_a_whole_ogg_does_not_matter() -> None:
    assert not lacks_its_end(encoded(0.5) + b"TAG" + bytes(125))
