import base64
import io
import struct
import zlib

import numpy as np
import soundfile as sf

from unheard.report.media import audio_address, encode_png, picture_address


def decode(address: str, kind: str) -> bytes:
    start = f"data:{kind};base64,"
    assert address.startswith(start)
    return base64.b64decode(address.removeprefix(start), validate=True)


def test_audio_comes_back_to_16_bits(make_tone):
    samples = make_tone()
    heard, sample_rate = sf.read(io.BytesIO(decode(audio_address(samples, 16_000), "audio/flac")))
    assert sample_rate == 16_000
    np.testing.assert_allclose(heard, samples, atol=2 / 32768)


def test_samples_beyond_full_scale_are_clipped_and_do_not_wrap():
    heard, _ = sf.read(io.BytesIO(decode(audio_address(np.float32([0.0, 1.5, -1.5]), 8_000), "audio/flac")))
    np.testing.assert_allclose(heard, [0.0, 1.0, -1.0], atol=1e-4)


def read_png(png: bytes) -> tuple[dict[bytes, bytes], np.ndarray]:
    """Chunks and palette indices, by the PNG specification; checks every checksum."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + content)
        chunks[kind] = content
        at += 12 + length
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, width + 1)
    assert not rows[:, 0].any()  # no filter
    return chunks, rows[:, 1:]


def test_a_picture_holds_the_levels_in_a_palette_that_grows_brighter():
    levels = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20
    chunks, indices = read_png(encode_png(levels))
    np.testing.assert_array_equal(indices, levels)
    assert list(chunks) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    palette = np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(256, 3).astype(float)
    assert (np.diff(palette @ [0.299, 0.587, 0.114]) > -0.6).all()
    assert decode(picture_address(levels), "image/png") == encode_png(levels)
