from __future__ import annotations

import io

import numpy as np
import pytest

from unheard.signal.mp3_header import missing_bytes


@pytest.fixture(scope="module")
def mp3(encode) -> bytes:
    return encode(np.random.default_rng(0).uniform(-0.3, 0.3, 32000).astype(np.float32), "MP3")


def _tagged(mp3: bytes, tag_bytes: int) -> bytes:
    size = bytes((tag_bytes >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\x00\x00" + size + bytes(tag_bytes) + mp3


def test_a_whole_mp3_misses_nothing(mp3: bytes) -> None:
    assert missing_bytes(io.BytesIO(mp3)) == 0
    assert missing_bytes(io.BytesIO(mp3 + b"TAG" + bytes(125))) == 0


@pytest.mark.parametrize("cut", [1, 100, 5000])
def test_every_byte_that_is_cut_off_is_missing(mp3: bytes, cut: int) -> None:
    assert missing_bytes(io.BytesIO(mp3[:-cut])) == cut
    assert missing_bytes(io.BytesIO(_tagged(mp3, 300)[:-cut])) == cut


def test_what_states_no_length_misses_nothing(mp3: bytes) -> None:
    assert missing_bytes(io.BytesIO(mp3.replace(b"Xing", b"____").replace(b"Info", b"____")[:-500])) == 0
    assert missing_bytes(io.BytesIO(b"ID3")) == 0
