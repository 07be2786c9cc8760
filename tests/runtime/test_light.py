"""What ships starts without torch."""

from __future__ import annotations

import subprocess
import sys

import pytest

MODULES = [f"unheard.runtime.{name}" for name in ("bundle", "detector", "predict", "any_model")]


@pytest.mark.parametrize("module", MODULES)
def test_runtime_imports_no_torch(module: str) -> None:
    code = f"import sys, {module}; print([name for name in ('torch', 'lightning') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
