"""Drools as `drools_jpy` brings it: the rule engine of Ansible rulebooks, in a JVM inside this process."""

import json
import os
import shutil
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.tables import Column, Hit, Interval, Request, Table


class Engine:
    """A ruleset with a rule a row; a request is an event."""

    def __init__(self, table: Table, hit: Hit) -> None:
        """Define the ruleset; `match_multiple_rules` is what rulebooks have for hit policies."""
        os.environ.setdefault("JAVA_HOME", str(_java_home()))
        os.environ.setdefault("DROOLS_JPY_JVM_LOG", "logFile=System.err,defaultLogLevel=error")
        ruleset: Any = import_module("drools.ruleset")
        rule: Any = import_module("drools.rule")
        self._assert_event = ruleset.assert_event
        self._hits: list[int] = []
        rules = [_rule(number, table, row) for number, row in enumerate(table.rows)]
        text = json.dumps({"name": "bench", "match_multiple_rules": hit == "collect", "rules": rules})
        made = ruleset.Ruleset(name="bench", serialized_ruleset=text)
        for number in range(len(table.rows)):
            made.add_rule(rule.Rule(f"row-{number}", partial(self._hit, number)))

    def _hit(self, number: int, _matches: object) -> None:
        self._hits.append(number)

    def ask(self, request: Request) -> Any:
        """Return the event as JSON text, which is what the library takes."""
        return json.dumps(request)

    def decide(self, asked: Any, *, trace: bool) -> Any:  # noqa: ARG002
        """Send the event; matches come back as calls."""
        self._hits.clear()
        self._assert_event("bench", asked)
        return list(self._hits)

    def rows(self, answer: Any) -> list[int]:
        """Return the rows in order."""
        return sorted(answer)


def _java_home() -> Path:
    java = shutil.which("java")
    if java is None:
        raise RuntimeError("there is no `java`: Drools needs a JVM")
    return Path(java).resolve().parent.parent


def _rule(number: int, table: Table, row: tuple[str | Interval, ...]) -> dict[str, Any]:
    tests = [test for column, cell in zip(table.columns, row, strict=True) for test in _tests(column, cell)]
    condition = tests[0]
    for test in tests[1:]:
        condition = {"AndExpression": {"lhs": condition, "rhs": test}}
    return {
        "Rule": {
            "name": f"row-{number}",
            "condition": {"AllCondition": [condition]},
            "actions": [{"Action": {"action": "hit", "action_args": {}}}],
            "enabled": True,
        }
    }


def _tests(column: Column, cell: str | Interval) -> list[dict[str, Any]]:
    if isinstance(cell, str):
        return [_test("Equals", column.name, {"String": cell})]
    low = "GreaterThanOrEqualTo" if cell.low_closed else "GreaterThan"
    high = "LessThanOrEqualTo" if cell.high_closed else "LessThan"
    return [
        _test(low, column.name, {"Float": float(cell.low)}),
        _test(high, column.name, {"Float": float(cell.high)}),
    ]


def _test(operator: str, name: str, value: dict[str, Any]) -> dict[str, Any]:
    return {f"{operator}Expression": {"lhs": {"Event": name}, "rhs": value}}
