import json
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from unheard.audit.finding import Action, Finding
from unheard.audit.result import Audit, CheckOutcome, worst_first
from unheard.errors import UsageError


def finding(severity="warning", confidence=0.9, check="clipping", **others) -> Finding:
    others = {"subject": "utterance a", "message": "m", "evidence": {}, "remedy": "r"} | others
    return Finding(check=check, severity=severity, confidence=confidence, **others)


def audit(*findings: Finding, **others) -> Audit:
    outcome = CheckOutcome("clipping", "signal", "finds clipping", findings, 3, ("1 clip: empty",), {}, 0.5)
    created = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    return Audit("corpus", created, 3, 2, 0.5, (outcome,), pl.DataFrame({"id": ["a"]}), 1.5, **others)


def test_findings_come_worst_first_then_surest_then_as_given():
    rows = [
        finding("note", 1.0),
        finding("warning", 0.5, message="first"),
        finding("warning", 0.9),
        finding("warning", 0.5, message="second"),
        finding("blocking", 0.2),
    ]
    ordered = worst_first(rows)
    assert [row.severity for row in ordered] == ["blocking", "warning", "warning", "warning", "note"]
    assert [row.message for row in ordered[2:4]] == ["first", "second"]
    found = audit(*rows)
    assert found.findings == ordered
    assert found.blocking == ordered[:1]
    assert found.counts == found.outcomes[0].counts == {"blocking": 1, "warning": 3, "note": 1}


def test_a_document_comes_back_as_the_same_audit():
    drop = Action("drop", "a", sure=True)
    trim = Action("trim", "b", sure=False, start_s=0.1, duration_s=0.5)
    found = audit(
        finding(
            "blocking", utterances=("a", "b"), actions=(drop, trim), evidence={"share": 0.25, "none": None}
        ),
        finding("note"),
    )
    document = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert {key: document[key] for key in ("utterances", "speakers", "hours")} == {
        "utterances": 3, "speakers": 2, "hours": 0.5,
    }  # fmt: skip
    assert [document[key] for key in ("blocking", "warnings", "notes")] == [1, 0, 1]
    (check,) = document["checks"]
    assert check["findings"][0]["actions"][0] == {"kind": "drop", "utterance": "a", "sure": True}
    assert "check" not in check["findings"][0]
    assert Audit.from_dict(document) == found
    assert Audit.from_dict(document).measured.is_empty()


def test_numbers_that_json_does_not_know_become_null_or_plain():
    facts = {"curve": [np.float32(0.5), float("nan")], 3: np.arange(2), "deep": {"high": float("inf")}}
    outcome = CheckOutcome("volume", "volume", "", (), 0, (), facts, 0.0)
    found = Audit("c", datetime(2026, 1, 1, tzinfo=UTC), 0, 0, 0.0, (outcome,), pl.DataFrame(), 0.0)
    (check,) = json.loads(json.dumps(found.to_dict(), allow_nan=False))["checks"]
    assert check["facts"] == {"curve": [0.5, None], "3": [0, 1], "deep": {"high": None}}


@pytest.mark.parametrize("document", [{}, {"corpus": "c", "created": "yesterday"}])
def test_another_document_is_no_audit(document):
    with pytest.raises(
        UsageError, match=r"This document is no audit: .* Make one with: unheard audit CORPUS"
    ):
        Audit.from_dict(document)
