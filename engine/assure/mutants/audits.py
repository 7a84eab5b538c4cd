"""Orders that a fixed sample takes at one rate and leaves at another."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from hashlib import sha256

from engine.assure.cases.case import Data
from engine.assure.mutants.mutant import Mutant
from engine.assure.mutants.probe import Probe
from engine.assure.mutants.requests import changed as request_changed
from rules.ir import Audit, Rule

MOST_ORDERS = 100_000


def audited(probe: Probe, mutant: Mutant, rule: Rule | None) -> Iterator[Mapping[str, Data]]:
    """Yield the request with an order that the changed rate of an audit takes or leaves, where that is the change."""
    if rule is None or mutant.what != "effect":
        return
    changed = mutant.apply(probe.program.policy).special_orders
    found = [one for one in changed.controls if one.id == rule.id] if changed else []
    rates = [[effect.rate for effect in one.effects if isinstance(effect, Audit)] for one in (rule, *found)]
    if len(rates) != 2 or rates[0] == rates[1] or not (rates[0] and rates[1]):
        return
    low, high = sorted((rates[0][0], rates[1][0]))
    for n in range(1, MOST_ORDERS):
        digest = sha256(f"{rule.id}\nO-{n}".encode()).digest()
        if low <= Fraction(int.from_bytes(digest[:8]), 2**64) < high:
            request = request_changed(dict(probe.request), ("order", "id"), f"O-{n}")
            if isinstance(request, dict):
                yield request
            return
