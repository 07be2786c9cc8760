from __future__ import annotations

import json
import math
from types import MappingProxyType

import numpy as np

from unheard.json_values import plain


def test_everything_becomes_what_json_can_hold() -> None:
    value = MappingProxyType(
        {1: (np.float32(0.5), np.int64(3)), "rows": np.array([[1.0, math.nan]]), "none": None}
    )

    assert plain(value) == {"1": [0.5, 3], "rows": [[1.0, None]], "none": None}
    assert json.loads(json.dumps(plain(value), allow_nan=False)) == plain(value)


def test_what_is_not_finite_becomes_null() -> None:
    assert plain([math.inf, -math.inf, np.float64("nan"), True, "text"]) == [None, None, None, True, "text"]
