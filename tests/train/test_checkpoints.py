"""Checkpoints are whole or not there, load without running code, and tell when they are damaged."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from unheard.errors import TrainingError
from unheard.train.checkpoints import (
    AtomicCheckpoints,
    load_weights,
    model_weights,
    read_checkpoint,
    save_atomically,
)
from unheard.train.fit import Fitted

CONTENT = {"state_dict": {"model.weight": torch.arange(6.0).reshape(2, 3)}, "epoch": 3}


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("stored") / "last.ckpt"
    save_atomically(CONTENT, path)
    return path.read_bytes()


def test_what_is_stored_is_read(tmp_path: Path) -> None:
    save_atomically(CONTENT, tmp_path / "deep" / "last.ckpt")
    found = read_checkpoint(tmp_path / "deep" / "last.ckpt")
    assert found["epoch"] == 3
    assert torch.equal(found["state_dict"]["model.weight"], CONTENT["state_dict"]["model.weight"])  # type: ignore[index]


@given(data=st.data())
def test_a_truncated_checkpoint_is_told(
    stored: bytes, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("cut") / "last.ckpt"
    path.write_bytes(stored[: data.draw(st.integers(0, len(stored) - 1))])
    with pytest.raises(TrainingError, match=r"last\.ckpt' can't be read: .+ Delete it and train again"):
        read_checkpoint(path)


@pytest.mark.parametrize("content", [b"", b"no checkpoint at all", pickle.dumps(["old", 1])])
def test_what_is_no_checkpoint_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "last.ckpt").write_bytes(content)
    with pytest.raises(TrainingError, match=r"last\.ckpt' can't be read"):
        read_checkpoint(tmp_path / "last.ckpt")


class Trap:
    """Touches a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (Path.touch, (self.path,))


def test_code_in_a_checkpoint_is_refused_and_not_run(tmp_path: Path) -> None:
    torch.save({"state_dict": Trap(tmp_path / "sprung")}, tmp_path / "trap.ckpt")
    with pytest.raises(TrainingError, match=r"trap\.ckpt' can't be read: Weights only load failed"):
        read_checkpoint(tmp_path / "trap.ckpt")
    assert not (tmp_path / "sprung").exists()


def test_the_trap_would_have_sprung(tmp_path: Path) -> None:
    torch.save({"state_dict": Trap(tmp_path / "sprung")}, tmp_path / "trap.ckpt")
    torch.load(tmp_path / "trap.ckpt", weights_only=False)
    assert (tmp_path / "sprung").exists()


def test_a_missing_checkpoint_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"There is no checkpoint .* Train without --resume"):
        read_checkpoint(tmp_path / "none.ckpt")


def test_a_save_that_fails_leaves_the_old_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "last.ckpt"
    checkpoints = AtomicCheckpoints()
    checkpoints.save_checkpoint(CONTENT, path)
    with pytest.raises(AttributeError, match="pickle"):
        checkpoints.save_checkpoint({"weights": torch.zeros(9), "bad": lambda: None}, path)
    assert checkpoints.load_checkpoint(path)["epoch"] == 3
    assert [one.name for one in tmp_path.iterdir()] == ["last.ckpt"]
    checkpoints.remove_checkpoint(path)
    assert not path.exists()


def test_weights_of_the_model_are_found_among_the_others() -> None:
    state = {"model.network.weight": torch.ones(1), "loss.weight": torch.zeros(1)}
    assert list(model_weights({"state_dict": state})) == ["network.weight"]


def test_weights_of_another_network_are_told(tmp_path: Path) -> None:
    path = tmp_path / "last.ckpt"
    save_atomically({"state_dict": {"model.weight": torch.ones(2, 3), "model.bias": torch.ones(2)}}, path)
    model = torch.nn.Linear(3, 2)
    load_weights(model, path)
    assert model.weight.eq(1).all()
    with pytest.raises(TrainingError, match=r"of another network.* size mismatch for weight"):
        load_weights(torch.nn.Linear(4, 2), path)


def test_a_run_of_another_version_is_told_when_it_is_resumed(
    learn: Callable[..., Fitted], tmp_path: Path
) -> None:
    learn("epochs=1")
    last = tmp_path / "run" / "checkpoints" / "last.ckpt"
    content = read_checkpoint(last)
    groups = content["optimizer_states"][0]["param_groups"]
    content["optimizer_states"][0]["param_groups"] = [groups[0] | {"params": groups[0]["params"][:1]}]
    save_atomically(content, last)
    before = last.read_bytes()
    with pytest.raises(TrainingError, match="begun by another version of unheard"):
        learn("epochs=2", resume=True)
    assert last.read_bytes() == before
