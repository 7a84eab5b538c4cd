"""What a policy declares for its rules to name: terms, facts, roles, the ladder, gates and kinds.

All of these are read before any rule is, so that sections may stand in any order. A name with a mistake in it is
declared all the same: the mistake is reported once, and the rules that use the name are still checked.
"""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from rules.built_in import FIELDS
from rules.grammar import settings, shape
from rules.grammar.scope import Scope
from rules.grammar.unary import ANY
from rules.ir import AUTOMATIC, Field, Origin, Role, Text
from rules.text.nodes import Entry, ListNode, MappingNode, Node, ScalarNode
from rules.text.source import Span
from rules.types import NUMERIC, Scalar, SetOf, Term, Type
from rules.vocabulary import BUILT_IN_TERMS, OBJECTS, Names, built_in_fields

MOST = 2_000
TERM_VALUE = re.compile(r"(?!(?:has|not)\s)(?!.*\.\.)\w[\w .&/+-]{0,79}")  # nothing that reads as a test
RESERVED_VALUES = ("present", "missing", *ANY)
SECTION_TERMS = {"level": "the ladder", "role": "the ladder and `roles`", "gate": "`gates`", "kind": "`kinds`"}


def read_terms(node: Node, scope: Scope) -> None:
    """Declare the terms of a policy."""
    found = shape.mapping(node, "`terms`", scope.report)
    if found is None:
        scope.poisoned.add("terms")
    for entry in found or ():
        name = entry.key.text
        if not isinstance(entry.value, ListNode) and shape.is_misplaced(entry, scope.report):
            continue
        shape.name(entry.key, "a term's name", scope.report, shape.FIELD_NAME)
        if name in BUILT_IN_TERMS or name in map(str, Scalar):
            scope.report.error(
                "D109", f"`{name}` is built into the language", entry.key.span, hint="choose another name"
            )
            continue
        if name in SECTION_TERMS:
            hint = f"its values are those of {SECTION_TERMS[name]}"
            scope.report.error("D109", f"`{name}` declares itself", entry.key.span, hint=hint)
            continue
        titles: dict[str, Text] = {}
        values = _names(entry.value, f"the values of `{name}`", scope, TERM_VALUE, titles)
        if values:
            scope.terms[name] = values
        else:
            scope.poisoned.add(name)
        if titles:
            scope.titles[name] = titles


def _names(
    node: Node,
    what: str,
    scope: Scope,
    pattern: re.Pattern[str] = shape.NAME,
    titles: dict[str, Text] | None = None,
) -> tuple[str, ...]:
    """Return the names of a list; they differ. With `titles`, a name may have a title, which is put there."""
    found = shape.listing(node, what, scope.report)
    if found is None:
        return ()
    if not found.items:
        scope.report.error("D312", "the list is empty", found.span)
    words = [
        shape.word(item, f"each of {what}", scope.report)
        if titles is None or not isinstance(item, MappingNode)
        else _titled(item, what, scope, titles)
        for item in found.items
    ]
    return _distinct([word for word in words if word], what, scope, pattern)


def _titled(item: MappingNode, what: str, scope: Scope, titles: dict[str, Text]) -> ScalarNode | None:
    """Return the value of `value: title`, and put its title among the others."""
    if len(item.entries) != 1:
        hint = "write `value: {en: …, zh: …}`, one value an item"
        scope.report.error("D110", f"each of {what} must be one value, or one with its title", item.span, hint=hint)
        return None
    (entry,) = item
    title = shape.text(entry.value, f"the title of `{entry.key.text}`", scope.report)
    if title is not None:
        titles[entry.key.text] = title
    return entry.key


def _distinct(words: Sequence[ScalarNode], what: str, scope: Scope, pattern: re.Pattern[str]) -> tuple[str, ...]:
    """Return names in order; one that stands twice or cannot be a name is told."""
    seen: dict[str, Span] = {}
    if len(words) > MOST:
        scope.report.error("D507", f"more than {MOST:_} names stand among {what}", words[MOST].span)
        words = words[:MOST]
    for word in words:
        if word.text in seen:
            first = [(seen[word.text], "first written here")]
            scope.report.error("D108", f"`{word.text}` stands twice among {what}", word.span, related=first)
        elif word.text in RESERVED_VALUES or not pattern.fullmatch(word.text):
            hint = "begin with a letter; use letters, digits, `_` and `-`"
            scope.report.error("D107", f"`{word.text}` cannot be one of {what}", word.span, hint=hint)
        seen.setdefault(word.text, word.span)
    return tuple(seen)


def read_ladder(section: Node | None, scope: Scope) -> tuple[Role, ...]:
    """Declare the levels of the ladder."""
    ladder = section.get("ladder") if isinstance(section, MappingNode) else None
    found = shape.listing(ladder, "the ladder", scope.report) if ladder else None
    if found is None:
        scope.poisoned |= {"level", "role"} if section else set()
        return ()
    if not found.items:
        scope.report.error("D312", "the ladder has no level", found.span)
    roles = []
    words = []
    for item in found.items:
        parts = shape.fields_of(
            item, "a level", scope.report, required=("level",), optional=("title", "respond_within")
        )
        word = shape.word(parts["level"].value, "`level`", scope.report) if parts and "level" in parts else None
        if parts is None or word is None:
            scope.poisoned |= {"level", "role"}
            continue
        if word.text == AUTOMATIC:
            hint = "it is the built-in level below the ladder"
            scope.report.error("D109", f"`{AUTOMATIC}` is built into the language", word.span, hint=hint)
        words.append(word)
        roles.append(_role(word, parts, item.span, scope))
    scope.levels = _distinct(words, "the levels", scope, shape.NAME)
    return tuple(roles)


def read_roles(node: Node, scope: Scope) -> tuple[Role, ...]:
    """Declare the approvers off the ladder, in the order of their names."""
    found = shape.mapping(node, "`roles`", scope.report)
    if found is None:
        scope.poisoned.add("role")
    roles = []
    for entry in found or ():
        if shape.is_misplaced(entry, scope.report):
            continue
        shape.name(entry.key, "a role's name", scope.report)
        if entry.key.text in (AUTOMATIC, *scope.levels):
            scope.report.error("D109", f"`{entry.key.text}` is a level already", entry.key.span)
            continue
        parts = shape.fields_of(entry.value, "a role", scope.report, optional=("title", "respond_within"))
        roles.append(_role(entry.key, parts or {}, entry.key.span, scope))
    scope.roles = tuple(sorted(role.id for role in roles))
    return tuple(sorted(roles, key=lambda role: role.id))


def _role(word: ScalarNode, parts: dict[str, Entry], span: Span, scope: Scope) -> Role:
    title, within = parts.get("title"), parts.get("respond_within")
    return Role(
        word.text,
        (shape.text(title.value, "`title`", scope.report) if title else None) or Text((("", word.text),)),
        settings.duration(within.value, "`respond_within`", scope) if within else None,
        span,
    )


def declare_special_orders(section: Node | None, scope: Scope) -> None:
    """Declare the gates, and the names of the kinds, whose conditions are read later."""
    if not isinstance(section, MappingNode):
        return
    gates, kinds = section.get("gates"), section.get("kinds")
    scope.gates = _names(gates, "the gates", scope) if gates else ()
    scope.poisoned |= set() if scope.gates else {"gate"}
    if kinds is not None:
        scope.kinds = _distinct(list(_kinds(kinds)), "the kinds", scope, shape.NAME)
        scope.poisoned |= set() if scope.kinds else {"kind"}


def _kinds(node: Node) -> Iterator[ScalarNode]:
    """Yield the names of the kinds, in a list of rules or in a table."""
    column = 0
    rows: Node | None = node
    if isinstance(node, MappingNode):
        columns, rows = node.get("columns"), node.get("rows")
        names = (
            [item.text for item in columns.items if isinstance(item, ScalarNode)]
            if isinstance(columns, ListNode)
            else []
        )
        column = names.index("kind") if "kind" in names else 0
    for item in rows.items if isinstance(rows, ListNode) else ():
        found: Node | None = None
        if isinstance(item, MappingNode):
            found = item.get("kind")
        elif isinstance(item, ListNode) and column < len(item.items):
            found = item.items[column]
        if isinstance(found, ScalarNode) and found.text and not found.unreadable:
            yield found


def declare_built_in(scope: Scope) -> None:
    """Declare the built-in fields; one whose term has a mistake is poisoned with it."""
    broken = set(scope.poisoned)
    if "terms" in broken:
        broken |= (
            {name for field in FIELDS for name in re.findall(r"<(\w+)>", field.type)}
            - set(BUILT_IN_TERMS)
            - set(SECTION_TERMS)
        )
    names = Names({**scope.names.terms, **{name: (name,) for name in broken}})
    for path, field in built_in_fields(names).items():
        item = field.type.item if isinstance(field.type, SetOf) else field.type
        if isinstance(item, Term) and item.name in broken:
            scope.poisoned.add(path)
        else:
            scope.fields[path] = field


def read_facts(node: Node, scope: Scope) -> None:
    """Declare the fields that a policy adds."""
    found = shape.mapping(node, "`facts`", scope.report)
    if found is None:
        scope.poisoned.add("facts")
    elif len(found.entries) > MOST:
        scope.report.error("D507", f"more than {MOST:_} facts are declared", found.span)
    for entry in found or ():
        path = entry.key.text
        if not field_path(entry.key, scope):
            continue
        if path in scope.fields:
            hint = "choose another name; to compute it, write it under `derive`"
            scope.report.error("D109", f"`{path}` is built into the language", entry.key.span, hint=hint)
            continue
        fact = _fact(entry, scope)
        if fact:
            scope.fields[path] = fact
        else:
            scope.poisoned.add(path)


def field_path(word: ScalarNode, scope: Scope) -> bool:
    """Return whether a path is `object.name` with an object that requests have; if not, that is reported."""
    start, _, name = word.text.partition(".")
    if start not in OBJECTS:
        hint = shape.elsewhere(word.text, word.span) or scope.report.did_you_mean(start, OBJECTS)
        scope.report.error("D107", f"`{word.text}` does not begin with an object", word.span, hint=hint)
        scope.poisoned.add(word.text)
        return False
    if not shape.FIELD_NAME.fullmatch(name):
        hint = "write `object.name` in small letters, digits and `_`"
        scope.report.error("D107", f"`{word.text}` cannot name a field", word.span, hint=hint)
        scope.poisoned.add(word.text)
        return False
    return True


def _fact(entry: Entry, scope: Scope) -> Field | None:
    optional = ("default", "min", "max", "describe")
    parts = shape.fields_of(entry.value, "a fact", scope.report, required=("type",), optional=optional)
    if parts is None or "type" not in parts:
        return None
    word = shape.word(parts["type"].value, "`type`", scope.report)
    type_ = scope.type_of(word) if word else None
    if type_ is None:
        return None
    default, describe = parts.get("default"), parts.get("describe")
    least, most = (_bound(parts[key], type_, scope) if key in parts else None for key in ("min", "max"))
    if least is not None and most is not None and least > most:
        related = [(parts["min"].value.span, "the smallest value")]
        scope.report.error("D410", "`max` is below `min`", parts["max"].value.span, related=related)
        least = most = None
    field = Field(
        entry.key.text,
        type_,
        Origin.FACT,
        shape.value(default.value, type_, "`default`", scope.report) if default else None,
        shape.text(describe.value, "`describe`", scope.report) if describe else None,
        at_least=least,
        at_most=most,
        span=entry.key.span,
    )
    if default and isinstance(field.default, Fraction) and not field.takes(field.default):
        below = least is not None and field.default < least
        bound, words = (parts["min"], "below `min`") if below else (parts["max"], "above `max`")
        related = [(bound.value.span, "the bound")]
        hint = "requests without the fact would have a value that none may give"
        scope.report.error("D410", f"`default` is {words}", default.value.span, hint=hint, related=related)
    return field


def _bound(entry: Entry, type_: Type, scope: Scope) -> Fraction | None:
    """Return the smallest or the largest number that requests may give for a fact."""
    if type_ not in NUMERIC:
        hint = "bounds are for amounts, rates and numbers; leave it out"
        scope.report.error("D410", f"a fact of the type {type_} has no `{entry.key.text}`", entry.key.span, hint=hint)
        return None
    value = shape.value(entry.value, type_, f"`{entry.key.text}`", scope.report)
    return value if isinstance(value, Fraction) else None
