"""Work that several checks need, done once for the material they share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from unheard.audit.check import Material

_Result = TypeVar("_Result")


def once(compute: Callable[[Material], _Result]) -> Callable[[Material], _Result]:
    """`compute`, whose result is kept with the material, the way `cached_property` does, and goes with it."""
    name = f"{compute.__module__}.{compute.__name__}"

    def kept(material: Material) -> _Result:
        results = vars(material)
        if name not in results:
            results[name] = compute(material)
        result: _Result = results[name]
        return result

    return kept
