"""Lists of rules and decision tables: two ways to write the same rules (docs/language.md section 4).

Either is first taken apart into drafts, and every draft becomes a rule in one place. The dates of `from` and `through`
and a control's `at` and `kind` become conjuncts before the written ones.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeAlias

from rules.grammar import shape
from rules.grammar.conditions import read_condition
from rules.grammar.literals import read_literal
from rules.grammar.scope import Scope
from rules.grammar.subjects import Place, Use
from rules.grammar.unary import ANY, read_test
from rules.ir import AUTOMATIC, AllOf, Effect, FieldTest, HasAny, OneOf, Rule, Subject, Within
from rules.reports.report import Report
from rules.sections.acceptance import read_acceptances
from rules.sections.effects import read_effect
from rules.sections.tables import Fits, read_table
from rules.text.nodes import Entry, ListNode, MappingNode, Node, ScalarNode
from rules.text.source import Span
from rules.traverse import expression_fields, formula_of, tested_fields
from rules.types import Scalar
from rules.vocabulary import AS_OF

EffectsReader: TypeAlias = Callable[[Sequence[Entry], Scope], tuple[Effect, ...]]
Combination: TypeAlias = Literal["authority", "first", "best", "sum", "each"]

RULE_ID = re.compile(r"\w[\w.-]{0,79}")
COMMON_WORDS = ("because", "from", "through", "accept")
WINDOWS = ("protect", "extend")
CONTROL_WORDS = ("kind", "at")


def each_by_itself(entries: Sequence[Entry], scope: Scope) -> tuple[Effect, ...]:
    """Return one effect for each that is written."""
    found = (read_effect(entry.key.text, entry.value, scope) for entry in entries)
    return tuple(effect for effect in found if effect is not None)


@dataclass(frozen=True)
class RuleList:
    """What a list of rules may say: where it stands, its effects, and the words beside them.

    `subject` is set where every rule is judged for the same thing, whatever fields it names. `id` is the key of a
    rule's name, which is required where it is not `id`. `use` says what a row's place means: the first that fires
    decides, the best value does, values add up, each row has its own effect, or (authority) the lowest level that may
    sign. `who` and `gives` are what findings call that which a row is judged for and that which it gives.
    """

    section: str
    place: Place
    effects: tuple[str, ...]
    read: EffectsReader = each_by_itself
    words: tuple[str, ...] = ()
    id: str = "id"
    subject: Subject | None = None
    use: Combination = "each"
    who: str = "deal"
    gives: str = "effect"
    describe: str = ""

    @property
    def key(self) -> str:
        """Return the list's own key, which is its name in the IR too."""
        return self.section.rpartition(".")[2]


@dataclass(slots=True)
class _Draft:
    """A rule or a row whose words are not looked up yet."""

    words: dict[str, Entry]
    condition: AllOf
    effects: list[Entry]
    span: Span
    columns: dict[str, Span]


def read_rules(node: Node, of: RuleList, scope: Scope) -> tuple[Rule, ...]:
    """Return the rules of a list or of a table."""
    what = f"`{of.section}`"
    if isinstance(node, MappingNode):
        found = shape.fields_of(node, what, scope.report, required=("columns", "rows"), optional=("accept",))
        read_acceptances(found or {}, of.section, scope)
        return rules_of_table(node, of, scope)
    items = shape.listing(node, what, scope.report)
    if items is None:
        return ()
    return _lower(_drafts(items, of, scope), of, scope)


def rules_under(found: Mapping[str, Entry], of: RuleList, scope: Scope) -> tuple[Rule, ...]:
    """Return the rules that stand under the list's key; none where it is not written."""
    entry = found.get(of.key)
    return read_rules(entry.value, of, scope) if entry else ()


def rules_of_table(node: MappingNode, of: RuleList, scope: Scope) -> tuple[Rule, ...]:
    """Return a rule for each row of the table whose columns and rows stand in a mapping."""
    words = (of.id, *of.effects, *COMMON_WORDS, *of.words)
    drafts = []
    columns: dict[str, Span] = {}
    for row in read_table(node, f"`{of.section}`", words, scope, _fitting(of, words, scope)):
        columns = columns or {path: entry.key.span for path, entry in row.cells.items()}
        said = {word: row.cells[word] for word in words if word in row.cells and not _is_any(row.cells[word].value)}
        tests = [_cell(entry, scope) for path, entry in row.cells.items() if path not in words]
        condition = AllOf(tuple(test for test in tests if test is not None))
        effects = [said[effect] for effect in of.effects if effect in said]
        if not row.complete and of.read is not each_by_itself:
            effects = []  # of effects that belong together, one may stand in the column that is not known
        if of.effects and not effects and row.complete:
            scope.report.error("D407", "the row does nothing", row.span, hint=f"fill one of {_names(of.effects)}")
        drafts.append(_Draft(said, condition, effects, row.span, columns))
    return _lower(drafts, of, scope)


def _fitting(of: RuleList, words: Sequence[str], scope: Scope) -> Fits:
    """Return what says whether a cell can stand in a column, without reporting anything."""
    aside = replace(scope, report=Report(patience=-1), uses=[], accepted=[])

    def fits(cell: Node, column: ScalarNode) -> bool:
        if column.unreadable or (isinstance(cell, ScalarNode) and cell.unreadable):
            return True
        if isinstance(cell, ScalarNode) and cell.text in ANY:
            return (column.text,) != of.effects  # the only effect is needed
        aside.report = report = Report(patience=-1)
        entry = Entry(column, cell)
        if column.text == of.id:
            named = isinstance(cell, ScalarNode) and cell.text in (AUTOMATIC, *scope.signers)
            return isinstance(cell, ScalarNode) and not named and RULE_ID.fullmatch(cell.text) is not None
        if column.text in WINDOWS:  # the effects of a window are read together only
            return isinstance(cell, ScalarNode) and read_literal(cell, Scalar.DURATION, report) is not None
        if column.text in ("from", "through"):
            return isinstance(cell, ScalarNode) and read_literal(cell, Scalar.DATE, report) is not None
        if column.text in of.effects:
            of.read([entry], aside)
        elif column.text not in words:
            read_test(cell, scope.fields[column.text], aside, in_table=True)
        return not report.errors and not (column.text == "because" and _looks_like_a_test(cell))

    return fits


def _looks_like_a_test(cell: Node) -> bool:
    return isinstance(cell, ListNode) or (isinstance(cell, ScalarNode) and cell.text[:1] in "<>=![(")


def _is_any(cell: Node) -> bool:
    return isinstance(cell, ScalarNode) and cell.text in ANY and not cell.unreadable


def _cell(entry: Entry, scope: Scope) -> FieldTest | None:
    return read_test(entry.value, scope.fields[entry.key.text], scope, in_table=True)


def _drafts(node: ListNode, of: RuleList, scope: Scope) -> Iterator[_Draft]:
    """Yield the drafts of rules that are written out."""
    what, required, optional = "a rule", ("then",) if of.effects else (), ("when", *COMMON_WORDS, *of.words)
    if of.id == "id":
        optional = ("id", *optional)
    else:
        what, required = f"a {of.id}", (of.id, *required)
    for item in node.items:
        found = shape.fields_of(item, what, scope.report, required=required, optional=optional)
        if found is not None:
            when = found.get("when")
            condition = read_condition(when.value, scope) if when else AllOf(())
            effects = list(_effects(found["then"].value, of, scope)) if "then" in found else []
            yield _Draft(found, condition, effects, item.span, {})


def _effects(node: Node, of: RuleList, scope: Scope) -> Iterator[Entry]:
    """Yield the effects under `then` that this list of rules may have."""
    items = node.items if isinstance(node, ListNode) else (node,)
    if not items:
        scope.report.error("D407", "the rule does nothing", node.span, hint=f"effects here are {_names(of.effects)}")
    for item in items:
        effect = shape.mapping(item, "an effect", scope.report)
        if effect is None:
            continue
        if len(effect.entries) != 1 and of.read is each_by_itself:
            hint = "write a list of effects: `[{…}, {…}]`"
            scope.report.error("D110", "an effect is one key with its value", effect.span, hint=hint)
        for entry in effect:
            if entry.key.text in of.effects:
                yield entry
            else:
                message = f"`{entry.key.text}` is no effect of `{of.section}`"
                near = scope.report.did_you_mean(entry.key.text, of.effects)
                scope.report.error("D406", message, entry.key.span, hint=near)


def _names(words: Sequence[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _lower(drafts: Iterator[_Draft] | list[_Draft], of: RuleList, scope: Scope) -> tuple[Rule, ...]:
    """Return the rules of drafts; their names differ."""
    seen: dict[str, Span] = {}
    judged = _Judged(of, scope)
    rules = []
    for number, draft in enumerate(drafts, 1):
        name = _id(draft, of, number, scope)
        place = draft.words[of.id].value.span if of.id in draft.words else draft.span
        if name in seen:
            first = [(seen[name], "first used here")]
            scope.report.error("D108", f"`{name}` names two rules of `{of.section}`", place, related=first)
        seen.setdefault(name, place)
        rules.append(_rule(draft, name, judged, of, scope))
    return tuple(rules)


def _id(draft: _Draft, of: RuleList, number: int, scope: Scope) -> str:
    """Return the name that a rule is reported under."""
    entry = draft.words.get(of.id)
    found = shape.word(entry.value, f"`{of.id}`", scope.report) if entry else None
    if found is None:
        return f"{of.section}#{number}"
    if not RULE_ID.fullmatch(found.text):
        scope.report.error(
            "D107", f"`{found.text}` cannot name a rule", found.span, hint="use letters, digits, `_`, `.` and `-`"
        )
    return found.text


def _rule(draft: _Draft, name: str, judged: "_Judged", of: RuleList, scope: Scope) -> Rule:
    read_acceptances(draft.words, of.section, scope, rule=name)
    lowered = (*_in_force(draft, scope), *_for_control(draft, of, scope))
    condition = AllOf((*lowered, *draft.condition.parts)) if lowered else draft.condition
    effects = of.read(draft.effects, scope)
    because = draft.words.get("because")
    reason = shape.text(because.value, "`because`", scope.report) if because else None
    subject = judged.subject(condition, effects, draft)
    return Rule(name, of.section, subject, condition, effects, reason, draft.span)


class _Judged:
    """Notes which fields a list's rules name, and what each of them is judged for."""

    def __init__(self, of: RuleList, scope: Scope) -> None:
        """Start with nothing named."""
        self._of = of
        self._scope = scope
        self._in_columns: set[str] = set()
        self._mixed: dict[tuple[str, ...], tuple[str, str] | None] = {}

    def subject(self, condition: AllOf, effects: Sequence[Effect], draft: _Draft) -> Subject:
        """Return what a rule is judged for; one that names objects that do not go together is told."""
        of = self._of
        named = tested_fields(condition)
        for path, test in named:
            self._note(path, test.span, draft)
        paths = tuple([path for path, _ in named])
        for effect in effects:
            if formula := formula_of(effect):
                computed = tuple(expression_fields(formula))
                place = draft.columns.get("score", draft.span)
                self._scope.uses += [Use(path, place, of.place) for path in computed]
                paths += computed
        if paths not in self._mixed:
            self._mixed[paths] = of.place.mixed(paths)
        if mixed := self._mixed[paths]:
            one, other = mixed
            message = f"one rule cannot name both `{one}` and `{other}`"
            hint = f"a rule is judged for every {_each(one, of)} or for every {_each(other, of)}; write two rules"
            self._scope.report.error("D404", message, draft.span, hint=hint)
        return of.subject or of.place.subject(paths)

    def _note(self, path: str, place: Span, draft: _Draft) -> None:
        """Note where a field is named; a column is one place for all of its table's rows."""
        if path not in self._in_columns:
            column = draft.columns.get(path)
            if column is not None:
                self._in_columns.add(path)
            self._scope.uses.append(Use(path, column or place, self._of.place))


def _each(path: str, of: RuleList) -> str:
    return of.place.subjects[path.partition(".")[0]].value


def _in_force(draft: _Draft, scope: Scope) -> Iterator[FieldTest]:
    """Yield the test that a rule's dates say."""
    said = [(word, draft.words[word]) for word in ("from", "through") if word in draft.words]
    days: dict[str, date] = {}
    for word, entry in said:
        found = shape.word(entry.value, f"`{word}`", scope.report)
        value = read_literal(found, Scalar.DATE, scope.report) if found else None
        if isinstance(value, date):
            days[word] = value
    if not days:
        return
    first, last = days.get("from"), days.get("through")
    span = said[-1][1].value.span
    if first and last and first > last:
        scope.report.error("D408", f"the rule ends on {last}, before it begins on {first}", span)
        return
    words = " ".join(f"{word} {days[word].isoformat()}" for word in days)
    yield FieldTest(AS_OF.path, Within(first, first is not None, last, last is not None), words, span)


def _for_control(draft: _Draft, of: RuleList, scope: Scope) -> Iterator[FieldTest]:
    """Yield the tests that a control's `at` and `kind` say."""
    said = {word: draft.words[word].value for word in of.words if word in draft.words}
    if "at" in said:
        gates = _chosen(said["at"], scope.gates, "gate", scope)
        words = gates[0] if len(gates) == 1 else f"[{', '.join(gates)}]"
        if gates:
            yield FieldTest("order.gate", OneOf(gates), words, said["at"].span)
    if "kind" in said:
        kinds = _chosen(said["kind"], scope.kinds, "kind", scope)
        words = f"has {kinds[0]}" if len(kinds) == 1 else f"has any [{', '.join(kinds)}]"
        if kinds:
            yield FieldTest("deal.special_kinds", HasAny(kinds), words, said["kind"].span)


def _chosen(node: Node, choices: Sequence[str], what: str, scope: Scope) -> tuple[str, ...]:
    """Return one name, or those of a list."""
    items = node.items if isinstance(node, ListNode) else (node,)
    if not items:
        scope.report.error("D312", "the list is empty", node.span)
    found = [shape.word(item, f"`{what}`", scope.report) for item in items]
    names = [scope.choose(item, choices, what) for item in found if item]
    return tuple(dict.fromkeys(name for name in names if name))
