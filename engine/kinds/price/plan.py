"""The price-approval section as the engine uses it: authority by rank, rules by subject, and what they derive from."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.answers.price import Approver, Totals
from engine.core.decision import Json, Kind, Language
from engine.core.moments import Reckoning, reckoned_by
from engine.kinds.price.authority import Authority
from engine.kinds.price.levels import NO_CHANGE, LevelChange
from engine.kinds.price.repricing import Lever, Repricing
from engine.plan.derive.derivations import Derivations, derivations
from engine.plan.gates import Gates
from engine.plan.groups import Group, groups_of
from rules.ir import AtLeast, Policy, PriceApproval, Raise, Role, Rule, Sign, Subject, Text
from rules.traverse import rule_fields
from rules.vocabulary import AS_OF

# What the result shows whatever the rules name.
SHOWN = ("line.discount", "line.margin", *[f"deal.{name}" for name in Totals.__struct_fields__])
NO_LEVEL = Text((("en", "No level may sign this line"), ("zh", "任何级别均无权签批此行")))


@dataclass(frozen=True, eq=False)
class PricePlan:
    """The section as the engine uses it.

    `levels` starts with `automatic`, and `top` is the highest one's rank.
    `settings` are those of the policy without which a decision could not be recomputed from its trace.
    """

    section: PriceApproval
    levels: tuple[str, ...]
    roles: dict[str, Role]
    authority: Authority
    rules: tuple[Group, ...]
    gates: Gates
    changes: dict[str, LevelChange]
    derivations: Derivations
    repricing: Repricing
    top: int
    settings: Mapping[str, Json]
    reckoning: Reckoning
    approvers: dict[tuple[str, Language], Approver] = field(default_factory=dict)

    def approver(self, role: str, language: Language) -> Approver:
        """Return who signs, as the result shows it: made once, and shared."""
        found = self.approvers.get((role, language))
        if found is None:
            of = self.roles[role]
            within = str(of.respond_within) if of.respond_within else None
            found = Approver(of.id, of.title.in_language(language), within)
            self.approvers[role, language] = found
        return found

    def level(self, rank: int) -> str | None:
        """Return a rank's level; None for the rank that nobody has."""
        return self.levels[rank] if rank <= self.top else None


def plan(policy: Policy) -> PricePlan | None:
    """Prepare the section; None where the policy has none."""
    section = policy.price_approval
    if section is None:
        return None
    levels, rank_of = section.levels, section.ranks
    rows = sorted(section.authority, key=lambda row: rank_of[_signs(row)])
    ranks = tuple(rank_of[_signs(row)] for row in rows)
    below = tuple((1 << bisect_left(ranks, rank)) - 1 for rank in range(len(levels) + 1))
    changes = {rule.id: _change(rule, rank_of) for rule in section.rules}
    wanted = [*SHOWN, *(path for rule in (*section.authority, *section.rules) for path in rule_fields(rule))]
    found = derivations(policy, Kind.PRICE_APPROVAL, wanted)
    levers = [
        Lever(rule, changes[rule.id])
        for rule in section.rules
        if rule.subject is Subject.LINE and changes[rule.id] is not NO_CHANGE
    ]
    group, rules = Group.of(rows, Subject.LINE), groups_of(section.rules)
    authority = Authority.of(group, ranks=ranks, below=below, fields=policy.fields)
    return PricePlan(
        section=section,
        levels=levels,
        roles={role.id: role for role in policy.roles},
        authority=authority,
        rules=rules,
        gates=Gates((group, *rules)),
        changes=changes,
        top=len(levels) - 1,
        settings={
            "levels": list(levels),
            "submitter": None,
            "chain": section.chain,
            "validity": str(section.validity) if section.validity else None,
            **reckoned_by(policy),
        },
        reckoning=Reckoning.of(policy),
        derivations=found,
        repricing=Repricing.of(
            authority,
            levers=levers,
            derivations=found,
            fields={**policy.fields, AS_OF.path: AS_OF},
        ),
    )


def _signs(row: Rule) -> str:
    (effect,) = row.effects
    assert isinstance(effect, Sign)
    return effect.level


def _change(rule: Rule, rank_of: dict[str, int]) -> LevelChange:
    at_least = max((rank_of[effect.level] for effect in rule.effects if isinstance(effect, AtLeast)), default=0)
    levels = sum(effect.levels for effect in rule.effects if isinstance(effect, Raise))
    return LevelChange(at_least, levels) if at_least or levels else NO_CHANGE
