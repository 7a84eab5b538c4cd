"""The kinds of special order that a deal is of, member by member: some may be certain while others are not."""

from engine.core.facts import Facts, Row
from engine.core.interpret import Verdict
from engine.core.values import PartialSet
from engine.core.views import State
from engine.plan.derive.derivation import Derivation
from engine.plan.groups import Engine, groups_of, match_all
from engine.plan.tables.bits import positions
from engine.plan.tables.conditions import compiled
from rules.ir import SpecialOrders, Subject
from rules.traverse import rule_fields


def special_kinds(section: SpecialOrders | None) -> Derivation:
    """Return the kinds that the deal is of: of a kind if its condition holds for the deal or any line."""
    kinds = section.kinds if section else ()
    groups = groups_of(kinds)
    judges = [(rule.id, rule.subject is Subject.DEAL, compiled(rule.when, rule.subject)) for rule in kinds]

    def evaluate(engine: Engine, facts: Facts, _: Row, __: int | None) -> State:
        known: set[str] = set()
        maybe: set[str] = set()
        for match in match_all(engine, groups, facts):
            known.update(match.group.rules[number].id for number in positions(match.fired))
            maybe.update(match.group.rules[number].id for number in positions(match.undetermined))
        return _set_of(known, maybe)

    def look_up(facts: Facts, row: Row, _: int | None) -> State:
        # Too few rules, on too many fields, for columns to pay.
        known: set[str] = set()
        maybe: set[str] = set()
        shared = facts.shared
        rows = [{}] if facts.lines is None else facts.lines
        for identity, of_deal, judge in judges:
            found: Verdict = judge(shared, row) if of_deal else False
            if not of_deal:
                for line in rows:
                    verdict = judge(shared, line)
                    if verdict:
                        found = True
                        break
                    if verdict is None:
                        found = None
            if found:
                known.add(identity)
            elif found is None:
                maybe.add(identity)
        return _set_of(known, maybe)

    inputs = frozenset(path for rule in kinds for path in rule_fields(rule))
    return Derivation("deal.special_kinds", Subject.DEAL, inputs, evaluate, look_up, rules=kinds)


def _set_of(known: set[str], maybe: set[str]) -> State:
    return PartialSet(frozenset(known), frozenset(maybe - known)) if maybe - known else frozenset(known)
