"""Templates of the reports: everything is escaped, a name that is missing is an error."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined


def environment() -> Environment:
    """Loads from `report/templates`."""
    return Environment(
        loader=PackageLoader("unheard.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
