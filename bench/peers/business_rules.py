"""business-rules: a list of rules as JSON, tried one after the other."""

from importlib import import_module
from typing import Any

from bench.tables import Column, Hit, Interval, Request, Table


class Engine:
    """The rules, and the classes that the library wants for variables and actions."""

    def __init__(self, table: Table, hit: Hit) -> None:
        """Write the rules as the library's documentation does."""
        engine: Any = import_module("business_rules.engine")
        self._run_all = engine.run_all
        self._first = hit == "first"
        self._variables = _variables(table.columns)
        self._actions = _actions()
        self._rules = [
            {
                "conditions": {
                    "all": [
                        test for column, cell in zip(table.columns, row, strict=True) for test in _tests(column, cell)
                    ]
                },
                "actions": [{"name": "hit", "params": {"row": number}}],
            }
            for number, row in enumerate(table.rows)
        ]

    def ask(self, request: Request) -> Any:
        """Return the request."""
        return request

    def decide(self, asked: Any, *, trace: bool) -> Any:  # noqa: ARG002
        """Try the rules."""
        actions = self._actions()
        self._run_all(self._rules, self._variables(asked), actions, stop_on_first_trigger=self._first)
        return actions.hits

    def rows(self, answer: Any) -> list[int]:
        """Return the rows."""
        return list(answer)


def _variables(columns: tuple[Column, ...]) -> Any:
    library: Any = import_module("business_rules.variables")

    def __init__(self: Any, request: Request) -> None:  # noqa: N807
        self.request = request

    def variable(column: Column) -> Any:
        def read(self: Any) -> Any:
            return self.request[column.name]

        kind = library.string_rule_variable if column.kind == "text" else library.numeric_rule_variable
        return kind()(read)

    members = {"__init__": __init__, **{column.name: variable(column) for column in columns}}
    return type("Variables", (library.BaseVariables,), members)


def _actions() -> Any:
    library: Any = import_module("business_rules.actions")
    fields: Any = import_module("business_rules.fields")

    def __init__(self: Any) -> None:  # noqa: N807
        self.hits = []

    @library.rule_action(params={"row": fields.FIELD_NUMERIC})  # type: ignore[untyped-decorator]
    def hit(self: Any, row: int) -> None:
        self.hits.append(row)

    return type("Actions", (library.BaseActions,), {"__init__": __init__, "hit": hit})


def _tests(column: Column, cell: str | Interval) -> list[dict[str, Any]]:
    if isinstance(cell, str):
        return [{"name": column.name, "operator": "equal_to", "value": cell}]
    low = "greater_than_or_equal_to" if cell.low_closed else "greater_than"
    high = "less_than_or_equal_to" if cell.high_closed else "less_than"
    return [
        {"name": column.name, "operator": low, "value": float(cell.low)},
        {"name": column.name, "operator": high, "value": float(cell.high)},
    ]
