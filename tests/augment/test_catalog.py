"""One walk over all transforms: whatever is added to the catalog is held to the same promises."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from unheard.augment.base import BatchInfo, Params, Transform, from_plain, to_plain
from unheard.augment.catalog import TRANSFORMS, find_transform
from unheard.augment.noise_bank import NoiseBank
from unheard.augment.room_bank import RoomBank
from unheard.errors import UsageError
from unheard.signal.audio_file import read_audio

Make = Callable[..., Transform]
over_all = pytest.mark.parametrize("name", list(TRANSFORMS))
over_samples = pytest.mark.parametrize(
    "name", [name for name in TRANSFORMS if TRANSFORMS[name].num_dims != 3]
)


@pytest.fixture
def make(name: str, noise_bank: NoiseBank, room_bank: RoomBank) -> Make:
    """Makes the transform with the bank that it needs."""
    banks = {"noise": noise_bank, "babble": noise_bank, "calls": noise_bank, "rooms": room_bank}
    needed = {"bank": banks[name]} if name in banks else {}
    return lambda p=1.0: find_transform(name)(p=p, **needed)


@pytest.fixture
def batch(name: str, clips: Tensor) -> Tensor:
    """Samples, or features for a transform of features."""
    return torch.randn(6, 40, 98) if TRANSFORMS[name].num_dims == 3 else clips


def _draw(transform: Transform, info: BatchInfo, seed: int = 4) -> Params:
    return transform.draw(info, torch.Generator().manual_seed(seed))


@over_all
def test_shape_and_dtype_stay_and_the_input_is_untouched(make: Make, batch: Tensor, info: BatchInfo) -> None:
    before = batch.clone()
    changed = make().apply(batch, _draw(make(), info))
    assert (changed.shape, changed.dtype) == (batch.shape, torch.float32)
    assert changed.isfinite().all()
    assert not torch.equal(changed, before)
    changed.fill_(7)
    assert torch.equal(batch, before)


@over_all
def test_clips_that_do_not_apply_are_bit_identical(make: Make, batch: Tensor, info: BatchInfo) -> None:
    params = _draw(make(p=0.5), info)
    changed = make(p=0.5).apply(batch, params)
    assert 0 < params["applies"].sum() < 6
    assert torch.equal(changed[~params["applies"]], batch[~params["applies"]])


@over_all
def test_p_zero_changes_nothing(make: Make, batch: Tensor, info: BatchInfo) -> None:
    transform = make(p=0.0)
    assert torch.equal(transform.apply(batch, _draw(transform, info)), batch)


@over_all
def test_the_same_seed_gives_the_same_clips(make: Make, batch: Tensor, info: BatchInfo) -> None:
    first, again, other = (make().apply(batch, _draw(make(), info, seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert make().name == "reverse" or not torch.equal(first, other)


@over_all
def test_a_draw_survives_json(make: Make, batch: Tensor, info: BatchInfo) -> None:
    params = _draw(make(p=0.7), info)
    replayed = from_plain(json.loads(json.dumps(to_plain(params))))
    assert torch.equal(make().apply(batch, replayed), make().apply(batch, params))


@over_all
def test_a_draw_has_one_row_a_clip(make: Make, info: BatchInfo) -> None:
    for value in _draw(make(), info).values():
        assert value.device.type == "cpu"
        assert value.ndim == 0 or len(value) == 6


@over_all
def test_a_clip_does_not_depend_on_its_batch(make: Make, batch: Tensor, info: BatchInfo) -> None:
    transform = make()
    params = _draw(transform, info)
    together = transform.apply(batch, params)
    for row in range(6):
        if transform.mixes_clips:
            pair = torch.tensor([row, int(params["partner"][row])])
        else:
            pair = torch.tensor([row])
        alone = {key: value if value.ndim == 0 else value[pair] for key, value in params.items()}
        if transform.mixes_clips:
            alone["partner"] = torch.tensor([1, 0])
        difference = transform.apply(batch[pair], alone)[0] - together[row]
        # rounding inside an FFT may tip a single sample over into the next step of an 8-bit code
        assert difference.norm() < 2e-3 * together[row].norm()


@over_all
def test_silence_gives_no_nan(make: Make, batch: Tensor, info: BatchInfo) -> None:
    assert make().apply(torch.zeros_like(batch), _draw(make(), info)).isfinite().all()


@over_samples
@pytest.mark.parametrize("num_samples", [800, 15999, 24000])
def test_other_lengths_work(make: Make, num_samples: int) -> None:
    samples = 0.1 * torch.randn(3, num_samples)
    changed = make().apply(samples, _draw(make(), BatchInfo(3, num_samples, 16000)))
    assert changed.shape == samples.shape
    assert changed.isfinite().all()


@over_samples
def test_real_words_stay_finite_and_audible(make: Make, data_dir: Path) -> None:
    files = sorted((data_dir / "speech_commands" / "right").glob("*.flac"))[:6]
    rows = [torch.from_numpy(read_audio(file)[0])[:16000] for file in files]
    words = torch.stack([torch.nn.functional.pad(row, (0, 16000 - len(row))) for row in rows])
    changed = make().apply(words, _draw(make(), BatchInfo(6, 16000, 16000)))
    assert changed.isfinite().all()
    assert (changed.abs().amax(1) > 1e-3).all()


@over_all
def test_it_is_found_by_its_name_and_a_typo_names_it(name: str) -> None:
    assert find_transform(name).name == name
    with pytest.raises(UsageError, match=f"Unknown transform '{name}x'. Did you mean '{name}'?"):
        find_transform(name + "x")
