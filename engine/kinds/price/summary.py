"""Summaries of price approvals: who must approve, and the limit that was passed."""

from collections.abc import Sequence

from engine.answers.price import (
    AtLeastStep,
    AuthorityStep,
    HighestLineStep,
    LineResult,
    Objection,
    PriceResult,
    RaiseStep,
)
from engine.core.figures import text
from engine.core.interpret import plain
from engine.core.views import UNKNOWN, View
from engine.explain.words.numbers import figure, separated
from engine.explain.words.phrases import field_label, line_place, sentence_case
from engine.explain.words.ruling_reader import RulingReader
from engine.plan.groups import Match
from engine.plan.ruling import Nearest
from rules.ir import Compare, Field, FieldTest, Operator, Rule, Sign
from rules.vocabulary import AS_OF

_UPPER = (Operator.AT_MOST, Operator.LESS)


def price_summary(reader: RulingReader, result: PriceResult) -> str:
    """Return the sentence on a price."""
    match reader.ruling.outcome:
        case "rejected":
            return reader.say("rejected", reasons=_reasons(reader, result.rejections))
        case "needs_information":
            return reader.needs_information()
        case "held":
            return reader.say("held", gate="", reasons=_reasons(reader, result.holds))
        case "auto_approved":
            if result.level == "automatic":
                return reader.say("approved")
            return reader.say("approved_by_submitter", title=reader.title(str(result.level)))
        case _:
            return _must_approve(reader, result)


def _reasons(reader: RulingReader, objections: Sequence[Objection]) -> str:
    return reader.joined([reader.reason(one.reason, one.rule, one.line, one.line_id) for one in objections])


def _must_approve(reader: RulingReader, result: PriceResult) -> str:
    roles = [approver.role for approver in result.chain[-1].approvers]
    titles = [reader.title(role) for role in roles]
    who = reader.say("and").join([titles[0], *[sentence_case(title) for title in titles[1:]]])
    level = result.level
    driver = _driver(reader, result, level) if level in roles else _asking_for(reader, roles)
    return reader.say("must_approve", who=who, driver=driver) if driver else reader.say("must_approve_bare", who=who)


def _asking_for(reader: RulingReader, roles: list[str]) -> str | None:
    """Return the rule that asks for a role beside the ladder."""
    rules = [rule for role, rule in reader.ruling.asked_by.items() if role in roles]
    return reader.reason_of(rules[0]) if rules else None


def _driver(reader: RulingReader, result: PriceResult, level: str) -> str | None:
    """Return what made the level: a rule on the deal, one on the highest line, or that line's own figures."""
    highest = next(reader.steps(HighestLineStep)).level
    if highest != level:
        return _changed(reader, None, level)
    line = next((line for line in result.lines if line.level == level), None)
    if line is None:
        return None
    authority = next(step.level for step in reader.steps(AuthorityStep) if step.line == line.line)
    if authority != level:
        reason = _changed(reader, line.line, level)
        return reader.say("on_line", place=_place(reader, line, None), reason=reason)
    return _limit(reader, line, reader.ruling.nearest) if reader.ruling.nearest else None


def _changed(reader: RulingReader, line: int | None, level: str) -> str | None:
    """Return the rule that changed the level of a line, or of the deal, up.

    That is the one that names the level, or else the first that raises.
    """
    asking = [step for step in reader.steps(AtLeastStep) if step.line == line]
    named = [step.rule for step in asking if step.level == level]
    raising = [step.rule for step in reader.steps(RaiseStep) if step.line == line]
    found = (named or raising or [step.rule for step in asking])[:1]
    return reader.reason_of(found[0]) if found else None


def _limit(reader: RulingReader, line: LineResult, nearest: Nearest) -> str:
    """Return the first limit that the line passes in the next lower level's row that it comes nearest to."""
    match, rule, missed = nearest
    place = _place(reader, line, match)
    if rule is None:
        return reader.say("no_lower", place=place)
    return _passed(reader, place, rule, missed[0], View(match.group.subject, reader.facts.shared, match.row))


def _passed(reader: RulingReader, place: str, rule: Rule, part: FieldTest, view: View) -> str:
    """Say which limit a value passes."""
    field = AS_OF if part.field == AS_OF.path else reader.policy.fields[part.field]
    value = view[part.field]
    exact = (
        str(text(value, field.type, reader.policy.places))
        if value is not UNKNOWN and value is not None
        else reader.say("none_known")
    )
    (effect,) = rule.effects
    level = reader.title(effect.level) if isinstance(effect, Sign) else ""
    level = sentence_case(level) if reader.language == "en" else level
    label = _label(reader, field)
    test = part.test
    if not isinstance(test, Compare):
        return reader.say("test", place=place, field=label, actual=figure(exact), level=level, test=part.written)
    limit = separated(part.written.lstrip("<>= "))
    # A value that looks like the limit once it is rounded is shown as it is.
    actual = figure(exact)
    if actual == figure(str(text(plain(test.value), field.type, reader.policy.places))):
        actual = exact
    if test.operator in _UPPER and part.field == "line.discount":
        return reader.say("off_list", place=place, actual=actual, level=level, limit=limit)
    phrase = "above_limit" if test.operator in _UPPER else "below_limit"
    return reader.say(phrase, place=place, field=label, actual=actual, level=level, limit=limit)


def _label(reader: RulingReader, field: Field) -> str:
    if field.describe is not None:
        return sentence_case(field.describe.in_language(reader.language))
    label = field_label(field.path, reader.language)
    return f"{label} " if label.isascii() and reader.language == "zh" else label


def _place(reader: RulingReader, line: LineResult, match: Match | None) -> str:
    what = match.row.get("line.product_line") or match.row.get("line.sku") if match is not None else None
    named = line.id or (what if isinstance(what, str) else None)
    return line_place(line.line, named, reader.language)
