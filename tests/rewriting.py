"""Rewriting a policy so that it means the same: what must change no decision, but perhaps the names in it."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from fractions import Fraction
from random import Random
from typing import TypeAlias

from tests.policy_writer import Tree

Rewrite: TypeAlias = Callable[[Random, Tree], None]

# Tables of which the first row counts, so that their order does.
FIRST_COUNTS = ("protection", "split")
PARTS = ("authority", "rules", "kinds", "controls", "eligibility", "contest", "protection", "score", "split")
NEVER: dict[str, Tree] = {"all": [{"deal.payment_days": "present"}, {"deal.payment_days": "missing"}]}


def rewritten(policy: Tree, rewrite: Rewrite, rng: Random) -> Tree:
    """Return a rewritten copy."""
    copy = deepcopy(policy)
    rewrite(rng, copy)
    return copy


def with_ids(policy: Tree) -> Tree:
    """Return the policy with a name for every rule and row, so that their order gives them none."""
    copy = deepcopy(policy)
    for name, part in _parts(copy):
        if isinstance(part, dict):
            if "id" not in part["columns"]:
                part["columns"].insert(0, "id")
                for number, row in enumerate(part["rows"]):
                    row.insert(0, f"{name}-row-{number}")
        elif name != "kinds":
            for number, rule in enumerate(part):
                rule.setdefault("id", f"{name}-rule-{number}")
    return copy


def _parts(policy: Tree) -> Iterator[tuple[str, Tree]]:
    """Yield every list of rules and every table, with the name of its place."""
    for number, derived in enumerate(policy.get("derive", ())):
        if "rows" in derived:
            yield f"derive{number}", derived
    for section in ("price_approval", "special_orders", "deal_registration", "partner_allocation"):
        for name in (
            "authority",
            "rules",
            "kinds",
            "controls",
            "eligibility",
            "contest",
            "protection",
            "score",
            "split",
        ):
            part = policy.get(section, {}).get(name)
            if part:
                yield name, part


def permute(rng: Random, policy: Tree) -> None:
    """Shuffle rules and rows where their order has no meaning, and the fields that are derived."""
    rng.shuffle(policy.get("derive", []))
    for name, part in _parts(policy):
        if name not in FIRST_COUNTS and not (isinstance(part, dict) and part.get("hit") == "first"):
            rng.shuffle(part["rows"] if isinstance(part, dict) else part)


def split_ranges(rng: Random, policy: Tree) -> None:
    """Write a row twice, with a limit's range in two halves that meet."""
    del rng
    for _, part in _parts(policy):
        if isinstance(part, dict):
            part["rows"] = [half for row in part["rows"] for half in _halves(row, part["columns"])]


def _halves(row: list[Tree], columns: list[str]) -> list[list[Tree]]:
    for place, cell in enumerate(row):
        halves = _split(cell) if "." in columns[place] and isinstance(cell, str) else None
        if halves:
            named = [
                [f"{cell}-{which}" if column == "id" else cell for column, cell in zip(columns, row, strict=True)]
                for which in ("low", "high")
            ]
            for half, test in zip(named, halves, strict=True):
                half[place] = test
            return named
    return [row]


def _split(test: str) -> tuple[str, str] | None:
    """Split a comparison of a number with a limit, or nothing if it is none."""
    operator, _, limit = test.partition(" ")
    unit = "%" if limit.endswith("%") else ""
    try:
        value = Fraction(limit.rstrip("%").replace("_", ""))
    except ValueError:
        return None
    middle = f"{int(value) - 3 if operator.startswith('<') else int(value) + 3}{unit}"
    match operator:
        case "<=":
            return f"<= {middle}", f"({middle}..{limit}]"
        case "<":
            return f"< {middle}", f"[{middle}..{limit})"
        case ">=":
            return f"[{limit}..{middle}]", f"> {middle}"
        case ">":
            return f"({limit}..{middle})", f">= {middle}"
        case _:
            return None


def add_what_never_holds(rng: Random, policy: Tree) -> None:
    """Add rules whose condition contradicts itself, and rows that are in force in another millennium."""
    for name, part in _parts(policy):
        if name == "kinds":
            continue
        if isinstance(part, dict):
            if "from" not in part["columns"]:
                part["columns"] += ["from", "through"]
                for row in part["rows"]:
                    row += ["-", "-"]
            row = list(rng.choice(part["rows"]))
            row[part["columns"].index("id")] = "never"
            row[part["columns"].index("from")] = "2900-01-01"
            row[part["columns"].index("through")] = "-"
            part["rows"].insert(rng.randint(0, len(part["rows"])), row)
        else:
            rule = {**rng.choice(part), "id": "never", "when": NEVER}
            part.insert(rng.randint(0, len(part)), rule)


def rename(rng: Random, policy: Tree) -> None:
    """Give every rule and row another name."""
    del rng
    for name, part in _parts(policy):
        if isinstance(part, dict):
            place = part["columns"].index("id")
            for row in part["rows"]:
                row[place] = f"other-{row[place]}"
        elif name != "kinds":
            for rule in part:
                rule["id"] = f"other-{rule['id']}"
