"""What people call the values of terms.

Requests, rules and answers have a value's code; pages and texts may show its title. A level goes by its title on the
ladder, as a role does.
"""

from rules.ir import AUTOMATIC, Policy


def title_of(policy: Policy, term: str, value: str, language: str) -> str:
    """Return the title of a term's value in a language; its code where it has none."""
    title = policy.titles.get(term, {}).get(value)
    if title is None and term in ("level", "role") and value != AUTOMATIC:
        title = next((role.title for role in policy.roles if role.id == value), None)
    return value if title is None else title.in_language(language)


def titled_values(policy: Policy, term: str, values: tuple[str, ...], language: str) -> tuple[tuple[str, str], ...]:
    """Return the values of a term that have a title other than their code, each with it."""
    titles = [(value, title_of(policy, term, value, language)) for value in values]
    return tuple([(value, title) for value, title in titles if title != value])
