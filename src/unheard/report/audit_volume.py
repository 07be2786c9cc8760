"""The plot of what more speakers would bring, from the facts of the check of volume."""

from __future__ import annotations

from markupsafe import Markup

from unheard.audit.result import Audit
from unheard.report.plots.learning import plot_learning

CHECK = "volume"


def plot_volume(audit: Audit) -> Markup | None:
    """Its facts: `curve` and `forecast`, rows of `speakers`, `error`, `low`, `high` (0 to 1, as errors are).

    None where that check did not run, or measured fewer than two points.
    """
    facts = next((outcome.facts for outcome in audit.outcomes if outcome.check == CHECK), {})
    return plot_learning(facts.get("curve", ()), facts.get("forecast", ()))
