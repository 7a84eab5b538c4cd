"""What fields are computed from, down to those that a request gives."""

from collections.abc import Iterable

from rules.built_in import FORMULAS, FUNCTION_INPUTS
from rules.ir import DerivedFormula, Policy, Rule
from rules.traverse import condition_fields, expression_fields, rule_fields


class Inputs:
    """The fields that each field of a policy is computed from."""

    def __init__(self, policy: Policy) -> None:
        """Start with nothing known; what is asked for is kept."""
        self._policy = policy
        self._derived = {one.field: one for one in policy.derive}
        self._known: dict[str, frozenset[str]] = {}

    def of(self, path: str) -> frozenset[str]:
        """Return the fields that a field is computed from, directly or not."""
        if path not in self._known:
            found = set(self._sources(path))
            for name in sorted(found):
                found |= self.of(name)
            self._known[path] = frozenset(found)
        return self._known[path]

    def leaves(self, rules: Iterable[Rule]) -> tuple[str, ...]:
        """Return the given fields that rules depend on, directly or not."""
        fields = {path for rule in rules for path in rule_fields(rule)}
        found = fields.union(*(self.of(path) for path in fields))
        known = self._policy.fields
        return tuple(sorted(path for path in found if path in known and known[path].givable))

    def _sources(self, path: str) -> Iterable[str]:
        derived = self._derived.get(path)
        if isinstance(derived, DerivedFormula):
            return expression_fields(derived.expression)
        if derived is not None:
            return [name for row in derived.rows for name in condition_fields(row.when)]
        if path in FORMULAS:
            return expression_fields(FORMULAS[path])
        if path == "deal.special_kinds" and self._policy.special_orders:
            return [name for kind in self._policy.special_orders.kinds for name in condition_fields(kind.when)]
        return FUNCTION_INPUTS.get(path, ())
