"""What summaries are made from: a ruling with its policy, and the few things that every kind asks of them."""

from collections.abc import Iterator
from typing import TypeVar

from engine.core.decision import Language
from engine.core.facts import Facts
from engine.core.parts import Step
from engine.explain.words.decision_reader import OUTCOMES
from engine.explain.words.phrases import joined, line_place, say
from engine.plan.ruling import Ruling
from engine.plan.tables.bits import positions
from rules.ir import Effect, Policy, Role, Rule

AnyStep = TypeVar("AnyStep", bound=Step)

AUTHORITY = "price_approval.authority"


class RulingReader:
    """A ruling to be told."""

    def __init__(
        self, ruling: Ruling, policy: Policy, language: Language, facts: Facts, missing: tuple[str, ...]
    ) -> None:
        """Take the ruling, the policy whose words are used, the request's facts, and the fields to ask for."""
        self.ruling = ruling
        self.policy = policy
        self.language = language
        self.facts = facts
        self.missing = missing

    def say(self, phrase: str, *values: object, **named: object) -> str:
        """Return a phrase in the language."""
        return say(phrase, self.language, *values, **named)

    def joined(self, parts: list[str]) -> str:
        """List several things."""
        return joined(parts, self.language)

    def steps(self, kind: type[AnyStep]) -> Iterator[AnyStep]:
        """Yield the steps of a kind, in order."""
        return (step for step in self.ruling.steps if isinstance(step, kind))

    def title(self, role: str) -> str:
        """Return the title of a level or a role; its id where the policy does not know it."""
        ladder = self.policy.price_approval.ladder if self.policy.price_approval else ()
        found = next((one for one in (*ladder, *self.policy.roles) if one.id == role), None)
        return found.title.in_language(self.language) if isinstance(found, Role) else role

    def rule(self, identity: str) -> Rule | None:
        """Return a rule of one of the ruling's groups by its id; a row of authority that has the same is not meant."""
        groups = dict.fromkeys(match.group for match in self.ruling.matches)
        rules = (rule for group in groups for rule in group.rules)
        return next((rule for rule in rules if rule.id == identity and rule.section != AUTHORITY), None)

    def reason_of(self, identity: str) -> str:
        """Return why a rule is there, with its id; only the id where the owner does not say."""
        rule = self.rule(identity)
        if rule is None or rule.because is None:
            return identity
        return self.say("of_rule", reason=rule.because.in_language(self.language), rule=identity)

    def reason(self, reason: str, rule: str | None, line: int | None = None, line_id: str | None = None) -> str:
        """Return a reason with the rule that gives it, if one does, and the line that it is about."""
        if rule is not None:
            reason = self.say("of_rule", reason=reason, rule=rule)
        if line is None:
            return reason
        return self.say("on_line", place=line_place(line, line_id, self.language), reason=reason)

    def fired(self, effect: type[Effect]) -> Iterator[tuple[Rule, Effect]]:
        """Yield the fired rules that have an effect of a kind, with the effect."""
        for match in self.ruling.matches:
            for number in positions(match.fired):
                rule = match.group.rules[number]
                for one in rule.effects:
                    if isinstance(one, effect):
                        yield rule, one

    def needs_information(self) -> str:
        """Say what is missing, and what remains possible."""
        fields = self.joined([*(self.missing or sorted(self.ruling.missing))])
        possible = self.ruling.possible
        if possible is None or not possible.outcomes:
            return self.say("needs_bare", fields=fields)
        names = [OUTCOMES[self.language][outcome] for outcome in possible.outcomes]
        return self.say("needs", fields=fields, outcomes=self.say("comma").join(names))
