"""Criteria of an elimination: `priority` of claims, and `choose.by` of candidates (docs/language.md section 7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from rules.durations import Duration
from rules.grammar import shape
from rules.grammar.conditions import read_condition, uses_of
from rules.grammar.literals import read_literal
from rules.grammar.scope import Scope
from rules.grammar.settings import read_duration
from rules.grammar.subjects import Place, Use
from rules.ir import Condition, Criterion, Field, Preference
from rules.text.nodes import Entry, Node, ScalarNode
from rules.text.source import Span
from rules.traverse import condition_fields
from rules.types import NUMERIC, Scalar, Term, Type

PREFERENCES = tuple(preference.value for preference in Preference)
_AMOUNTS = (Preference.HIGHEST, Preference.LOWEST)
_MOMENTS = (Preference.EARLIEST, Preference.LATEST)


@dataclass(frozen=True)
class CriteriaList:
    """A list of criteria: where it stands, and short names that fields have there."""

    section: str
    place: Place
    short: Mapping[str, str]
    describe: str

    @property
    def key(self) -> str:
        """Return the list's own key, which is its name in the IR too."""
        return self.section.rpartition(".")[2]

    @property
    def heading(self) -> str:
        """Return the section that the criteria are reported under: of `choose.by`, it is `choose`."""
        return self.section.removesuffix(".by")


def read_criteria(node: Node, of: CriteriaList, scope: Scope) -> tuple[Criterion, ...]:
    """Return the criteria of a list; their names differ."""
    found = shape.listing(node, f"`{of.section}`", scope.report)
    seen: dict[str, Span] = {}
    criteria = []
    for item in found.items if found else ():
        parts = shape.fields_of(
            item, "a criterion", scope.report, required=("id",), optional=(*PREFERENCES, "within", "because")
        )
        name = shape.name(parts["id"].value, "a criterion's name", scope.report) if parts and "id" in parts else None
        criterion = _criterion(name.text if name else "", parts, item, of, scope) if parts else None
        if name and name.text == "tie":
            scope.report.error("D109", "`tie` is built into the language", name.span, hint="choose another name")
        if name and name.text in seen:
            first = [(seen[name.text], "first used here")]
            scope.report.error("D108", f"`{name.text}` names two criteria", name.span, related=first)
        if name:
            seen.setdefault(name.text, name.span)
        criteria += [criterion] if criterion else []
    return tuple(criteria)


def criteria_under(found: Mapping[str, Entry], of: CriteriaList, scope: Scope) -> tuple[Criterion, ...]:
    """Return the criteria that stand under the list's key; none where it is not written."""
    entry = found.get(of.key)
    return read_criteria(entry.value, of, scope) if entry else ()


def _criterion(name: str, parts: Mapping[str, Entry], node: Node, of: CriteriaList, scope: Scope) -> Criterion | None:
    chosen = [key for key in PREFERENCES if key in parts]
    if len(chosen) != 1:
        said = "says nothing to prefer" if not chosen else f"says both `{chosen[0]}` and `{chosen[1]}`"
        hint = "write one of " + ", ".join(f"`{key}`" for key in PREFERENCES)
        scope.report.error("D411", f"the criterion {said}", node.span, hint=hint)
        return None
    preference = Preference(chosen[0])
    value = parts[chosen[0]].value
    because = parts.get("because")
    field: Field | None = None
    condition: Condition | None = None
    if preference is Preference.PREFER:
        condition = read_condition(value, scope)
        scope.uses += uses_of(condition, of.place, {})
        _tells_apart(list(condition_fields(condition)), value.span, of, scope)
    else:
        field = _field(value, preference, of, scope)
        if field is None:
            return None
    return Criterion(
        name,
        preference,
        condition,
        field.path if field else None,
        _within(parts["within"].value, preference, field, scope) if "within" in parts else None,
        shape.text(because.value, "`because`", scope.report) if because else None,
        node.span,
    )


def _field(node: Node, preference: Preference, of: CriteriaList, scope: Scope) -> Field | None:
    """Return the field that a criterion ranks by, if values of its type can be ranked so."""
    word = shape.word(node, f"`{preference.value}`", scope.report)
    if word is None:
        return None
    found = scope.find(ScalarNode(of.short.get(word.text, word.text), word.span))
    if found is None:
        return None
    scope.uses.append(Use(found.path, word.span, of.place))
    _tells_apart([found.path], word.span, of, scope)
    fitting = _fitting(found.type)
    if preference not in fitting:
        hint = (
            f"write {' or '.join(f'`{one.value}`' for one in fitting)}"
            if fitting
            else "write `prefer` with a condition"
        )
        message = f"`{preference.value}` does not rank `{found.path}` ({found.type})"
        scope.report.error("D411", message, word.span, hint=hint)
        return None
    return found


def _fitting(type_: Type) -> tuple[Preference, ...]:
    """Return the preferences that rank values of a type."""
    if isinstance(type_, Term):
        return (Preference.BEST,)
    if type_ in NUMERIC or type_ is Scalar.DURATION:
        return _AMOUNTS
    return _MOMENTS if type_ in (Scalar.DATE, Scalar.TIMESTAMP) else ()


def _tells_apart(paths: list[str], span: Span, of: CriteriaList, scope: Scope) -> None:
    """Tell a criterion that is the same for all that it ranks."""
    if paths and not any(path.partition(".")[0] in of.place.subjects for path in paths):
        ranked = " or ".join(f"`{name}`" for name in of.place.subjects if name in of.place.objects)
        hint = f"name a field of {ranked}"
        scope.report.error("D411", f"`{paths[0]}` is the same for all that are ranked", span, hint=hint)


def _within(
    node: Node, preference: Preference, field: Field | None, scope: Scope
) -> Fraction | timedelta | Duration | None:
    """Return how near to the best is as good as the best, in the field's own unit; of days and moments a duration."""
    word = shape.word(node, "`within`", scope.report)
    if word is None:
        return None
    if field is None or preference is Preference.BEST:
        hint = "it goes with `highest`, `lowest`, `earliest` and `latest`"
        scope.report.error("D411", f"`within` does not go with `{preference.value}`", word.span, hint=hint)
        return None
    if preference in _MOMENTS:
        return read_duration(word, scope)
    value = read_literal(word, Scalar.NUMBER if field.type is Scalar.INTEGER else field.type, scope.report)
    if isinstance(value, Fraction) and value < 0:
        scope.report.error("D410", "`within` must not be below zero", word.span)
    return value if isinstance(value, Fraction | timedelta) else None
