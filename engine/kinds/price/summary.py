"""Summaries of price approvals: who must approve, and the limit that was passed."""

from collections.abc import Mapping

from engine.core.decision import Json
from engine.core.figures import text
from engine.core.interpret import plain
from engine.core.views import UNKNOWN, View
from engine.explain.words.numbers import figure, separated
from engine.explain.words.phrases import field_label, sentence_case
from engine.explain.words.ruling_reader import Told
from engine.kinds.price.authority import authority_of, is_authority
from engine.plan.groups import IndexEngine, Match
from engine.plan.tables.bits import positions
from rules.ir import Also, Compare, Field, FieldTest, Operator, Rule, Sign
from rules.vocabulary import AS_OF

_ENGINE = IndexEngine()
_UPPER = (Operator.AT_MOST, Operator.LESS)


def price_summary(told: Told) -> str:
    """Return the sentence on a price."""
    match told.ruling.outcome:
        case "rejected":
            return told.say("rejected", reasons=told.reasons(told.entries("rejections")))
        case "needs_information":
            return told.needs_information()
        case "held":
            return told.say("held", gate="", reasons=told.reasons(told.entries("holds")))
        case "auto_approved":
            level = told.ruling.result["level"]
            if level == "automatic":
                return told.say("approved")
            return told.say("approved_by_submitter", title=told.title(str(level)))
        case _:
            return _must_approve(told)


def _must_approve(told: Told) -> str:
    approvers = told.entries("chain")[-1]["approvers"]
    assert isinstance(approvers, list)
    roles = [approver["role"] for approver in approvers if isinstance(approver, dict)]
    titles = [told.title(str(role)) for role in roles]
    who = told.say("and").join([titles[0], *[sentence_case(title) for title in titles[1:]]])
    level = told.ruling.result["level"]
    driver = _driver(told, str(level)) if level in roles else _asking_for(told, roles)
    return told.say("must_approve", who=who, driver=driver) if driver else told.say("must_approve_bare", who=who)


def _asking_for(told: Told, roles: list[Json]) -> str | None:
    """Return the rule that asks for a role beside the ladder."""
    rules = [rule for rule, effect in told.fired(Also) if isinstance(effect, Also) and effect.role in roles]
    return told.reason_of(rules[0].id) if rules else None


def _driver(told: Told, level: str) -> str | None:
    """Return what made the level: a rule on the deal, one on the highest line, or that line's own figures."""
    highest = next(told.steps("highest_line"))["level"]
    if highest != level:
        return _pushed(told, [step for step in told.steps("at_least", "raise") if "line" not in step], level)
    line = next((line for line in told.entries("lines") if line["level"] == level), None)
    if line is None:
        return None
    number = line["line"]
    authority = next(step["level"] for step in told.steps("authority") if step["line"] == number)
    if authority != level:
        pushes = [step for step in told.steps("at_least", "raise") if step.get("line") == number]
        return told.say("on_line", place=_place(told, line, None), reason=_pushed(told, pushes, level))
    match = next(
        (one for one in told.ruling.matches if one.number == int(str(number)) - 1 and is_authority(one.group)),
        None,
    )
    return _limit(told, line, match) if match is not None else None


def _pushed(told: Told, steps: list[Mapping[str, Json]], level: str) -> str | None:
    """Return the rule that pushed a level up: the one that names it, or else the first that raises."""
    named = [step for step in steps if step.get("level") == level]
    raising = [step for step in steps if "levels" in step]
    found = (named or raising or steps)[:1]
    return told.reason_of(str(found[0]["rule"])) if found else None


def _limit(told: Told, line: Mapping[str, Json], match: Match) -> str | None:
    """Return the first limit that the line passes in the next lower level's row that it comes nearest to."""
    if told.facts is None:
        return None
    shared = told.facts.shared
    authority = authority_of(match.group, told.policy)
    rows, made_for = authority.next_lower(_ENGINE, shared, match)
    place = _place(told, line, match)
    if not made_for:
        return told.say("no_lower", place=place)
    view = View(match.group.subject, shared, match.row)
    best: tuple[int, Rule, list[FieldTest]] | None = None
    for n in positions(rows):
        passed = [part for part, judge in authority.limits(n) if judge(shared, match.row) is False]
        if best is None or len(passed) < best[0]:
            best = (len(passed), match.group.rules[n], passed)
    if best is None or not best[2]:
        return None
    return _passed(told, place, best[1], best[2][0], view)


def _passed(told: Told, place: str, rule: Rule, part: FieldTest, view: View) -> str:
    """Say which limit a value passes."""
    field = AS_OF if part.field == AS_OF.path else told.policy.fields[part.field]
    value = view[part.field]
    exact = str(text(value, field.type)) if value is not UNKNOWN and value is not None else told.say("none_known")
    (effect,) = rule.effects
    level = told.title(effect.level) if isinstance(effect, Sign) else ""
    level = sentence_case(level) if told.language == "en" else level
    label = _label(told, field)
    test = part.test
    if not isinstance(test, Compare):
        return told.say("test", place=place, field=label, actual=figure(exact), level=level, test=part.written)
    limit = separated(part.written.lstrip("<>= "))
    # A value that looks like the limit once it is rounded is shown as it is.
    actual = figure(exact)
    if actual == figure(str(text(plain(test.value), field.type))):
        actual = exact
    if test.operator in _UPPER and part.field == "line.discount":
        return told.say("off_list", place=place, actual=actual, level=level, limit=limit)
    phrase = "above_limit" if test.operator in _UPPER else "below_limit"
    return told.say(phrase, place=place, field=label, actual=actual, level=level, limit=limit)


def _label(told: Told, field: Field) -> str:
    if field.describe is not None:
        return sentence_case(field.describe.in_language(told.language))
    label = field_label(field.path, told.language)
    return f"{label} " if label.isascii() and told.language == "zh" else label


def _place(told: Told, line: Mapping[str, Json], match: Match | None) -> str:
    what = match.row.get("line.product_line") or match.row.get("line.sku") if match is not None else None
    if isinstance(what, str):
        return told.say("line_of", line=line["line"], what=what)
    return told.say("line", line=line["line"])
