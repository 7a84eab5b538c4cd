"""What an author's words can refer to: the fields, terms, levels, roles, gates and kinds of one policy.

It is filled by the declarations first and only read by everything after, so that the order in which an author writes
the sections does not matter. What was declared wrongly is kept among the `poisoned` names: a mistake in a declaration
is reported once, not again at each use.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from rules.grammar.subjects import Use
from rules.ir import AUTOMATIC, Acceptance, Field, Test, Text
from rules.reports.report import Report
from rules.text.nodes import ScalarNode
from rules.types import Scalar, SetOf, Term, Type
from rules.vocabulary import BUILT_IN_TERMS, OBJECTS, Names


@dataclass
class Scope:
    """The names of a policy, and the report that mistakes go to."""

    report: Report
    terms: dict[str, tuple[str, ...]] = field(default_factory=dict)  # the policy's own
    titles: dict[str, dict[str, Text]] = field(default_factory=dict)  # of the values of terms, by term
    levels: tuple[str, ...] = ()  # the ladder, lowest first, without `automatic`
    roles: tuple[str, ...] = ()  # off the ladder
    gates: tuple[str, ...] = ()
    has_calendar: bool = False
    kinds: tuple[str, ...] = ()
    fields: dict[str, Field] = field(default_factory=dict)
    poisoned: set[str] = field(default_factory=set)  # fields, terms and sections with a mistake in their declaration
    uses: list[Use] = field(default_factory=list)  # fields that rules name, to be checked when all are known
    accepted: list[Acceptance] = field(default_factory=list)
    tests: dict[tuple[str, str, str], Test] = field(default_factory=dict)  # read already, by field, words and quotes

    @cached_property
    def names(self) -> Names:
        """Return the terms as the vocabulary resolves them; a section's terms exist only if it declares values.

        It is asked for only after all of them are declared.
        """
        declared = {
            "level": (AUTOMATIC, *self.levels) if self.levels else (),
            "role": self.signers,
            "gate": self.gates,
            "kind": self.kinds,
        }
        return Names({**self.terms, **{name: values for name, values in declared.items() if values}})

    @property
    def signers(self) -> tuple[str, ...]:
        """Return everyone who may sign or be notified."""
        return (*self.levels, *self.roles)

    def find(self, path: ScalarNode) -> Field | None:
        """Return the field that a path names, or nothing once it is reported that there is none."""
        found = self.fields.get(path.text)
        if found is None and not path.unreadable and not self.poisoned & {path.text, "facts", "derive"}:
            hint = self._hint(path.text)
            self.report.error("D101", f"unknown field `{path.text}`", path.span, hint=hint)
        return found

    def _hint(self, path: str) -> str | None:
        """Return the field that a misspelt path may have meant: of its object if it names one, else of any."""
        start, dot, name = path.partition(".")
        if start in OBJECTS:
            return self.report.did_you_mean(path, [known for known in self.fields if known.startswith(f"{start}.")])
        namesakes = [known for known in self.fields if known.endswith(f".{name if dot else start}")]
        if namesakes and not dot:
            return f"write {' or '.join(f'`{known}`' for known in namesakes)}"
        return self.report.did_you_mean(path, namesakes or list(self.fields))

    def choose(self, node: ScalarNode, choices: Sequence[str], what: str) -> str | None:
        """Return a name if it is among the choices, or nothing once it is reported that it is not."""
        if node.unreadable or node.text in choices:
            return None if node.unreadable else node.text
        if what not in self.poisoned:
            hint = self.report.did_you_mean(node.text, choices)
            self.report.error("D105", f"unknown {what} `{node.text}`", node.span, hint=hint)
        return None

    def type_of(self, node: ScalarNode) -> Type | None:
        """Return the type that a declaration names: a scalar type, a term or `set of` one of these."""
        item = node.cut(len("set of ")) if node.text.startswith("set of ") else node
        names = self.names.terms
        scalars: Mapping[str, Scalar] = {str(scalar): scalar for scalar in Scalar}
        found: Scalar | Term | None = scalars.get(item.text)
        values = names.get(item.text) or BUILT_IN_TERMS.get(item.text)
        if values:
            found = Term(item.text, values)
        if found is None:
            if not item.unreadable and not self.poisoned & {item.text, "terms"}:
                known = [*scalars, *names, *BUILT_IN_TERMS]
                near = self.report.nearest(item.text, known)
                hint = f"did you mean `{near}`?" if near else "declare its values under `terms`"
                self.report.error("D106", f"unknown type `{item.text}`", item.span, hint=hint)
            return None
        if item is node:
            return found
        if found is not Scalar.TEXT and not isinstance(found, Term):
            self.report.error("D106", f"a set has texts or a term's values, not `{found}`", node.span)
            return None
        return SetOf(found)
