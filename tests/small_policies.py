"""Small policies for the loader's tests."""

from pathlib import Path

from rules.ir import AllOf, DerivedFormula, Expression, FieldTest, Policy, Test
from rules.load import Loaded, load_text

HEAD = 'policy: example\nversion: "1"\ncurrency: CNY\ntimezone: Asia/Shanghai\n'
LANGUAGE = (Path(__file__).parent / "policies" / "language.yaml").read_text(encoding="utf-8")
SHIPPED = Path(__file__).parent.parent / "policies.yaml"

TERMS = """
terms:
  customer_class: [R, D, A, P]
  certification: [desktop, server]
"""


def good(text: str) -> Policy:
    return good_text(HEAD + text)


def good_text(text: str) -> Policy:
    loaded = load_text(text)
    assert loaded.policy is not None, [diagnostic.headline for diagnostic in loaded.diagnostics]
    return loaded.policy


def codes(loaded: Loaded) -> list[str]:
    return [diagnostic.code for diagnostic in loaded.diagnostics]


def with_test(field: str, test: str) -> Loaded:
    """Load a policy whose only rule tests a field."""
    rule = f"- {{id: only, when: {{{field}: {test}}}, then: {{reject: No}}}}"
    return load_text(f"{HEAD}{TERMS}deal_registration:\n  priority: []\n  eligibility:\n    {rule}\n")


def read_test(field: str, test: str) -> Test:
    loaded = with_test(field, test)
    assert loaded.policy is not None, [diagnostic.headline for diagnostic in loaded.diagnostics]
    assert loaded.policy.deal_registration is not None
    (rule,) = loaded.policy.deal_registration.eligibility
    assert isinstance(rule.when, AllOf)
    (part,) = rule.when.parts
    assert isinstance(part, FieldTest)
    return part.test


def with_formula(formula: str, type_: str = "rate", field: str = "line.result") -> Loaded:
    return load_text(f'{HEAD}derive:\n  - {{field: {field}, type: {type_}, formula: "{formula}"}}\n')


def read_formula(formula: str, type_: str = "rate", field: str = "line.result") -> Expression:
    loaded = with_formula(formula, type_, field)
    assert loaded.policy is not None, [diagnostic.headline for diagnostic in loaded.diagnostics]
    (derived,) = loaded.policy.derive
    assert isinstance(derived, DerivedFormula)
    return derived.expression
