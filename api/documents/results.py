"""Results as JSON, for programs."""

from collections.abc import Mapping, Sequence

from api.desk.case_files import is_locked
from api.desk.findings import stamp
from engine.assure.cases.running import Outcome
from engine.core.decision import Json
from engine.core.parts import to_json
from rules.ir import Policy


def results_json(policy: Policy, outcomes: Sequence[Outcome], words_of: Mapping[str, str]) -> dict[str, Json]:
    """Return the policy, the counts, and each case with what became of it."""
    return {
        "policy": to_json(stamp(policy)),
        "passed": sum(one.passed for one in outcomes),
        "failed": sum(one.failed for one in outcomes),
        "skipped": sum(one.skipped is not None for one in outcomes),
        "cases": [_case(one, words_of.get(one.case.id)) for one in outcomes],
    }


def _case(one: Outcome, why: str | None) -> dict[str, Json]:
    found: dict[str, Json] = {
        "name": one.case.name,
        "file": one.case.file,
        "line": one.case.span.line,
        "locked": is_locked(one.case),
        "kind": one.case.kind.value,
        "status": "failed" if one.failed else "passed" if one.passed else "skipped",
    }
    reason = why if one.failed else one.skipped
    return found if reason is None else {**found, "reason": reason}
