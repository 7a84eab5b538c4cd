"""CLIPS with a rule for each row."""

from importlib import import_module
from typing import Any

from bench.tables import Hit, Interval, Request, Table


class Engine:
    """An environment with a rule a row; a quote is a fact that comes and goes."""

    def __init__(self, table: Table, hit: Hit) -> None:
        """Build the rules; for the first hit, an earlier row has the higher salience and ends the run."""
        clips: Any = import_module("clips")
        self._symbol = clips.Symbol
        self._env = clips.Environment()
        self._hits: list[int] = []
        self._env.define_function(self._hits.append, name="hit")
        slots = " ".join(f"(slot {column.name})" for column in table.columns)
        self._env.build(f"(deftemplate quote {slots})")
        top = len(table.rows)
        for number, row in enumerate(table.rows):
            patterns = " ".join(
                f"({column.name} {cell if isinstance(cell, str) else constraint(column.name, cell)})"
                for column, cell in zip(table.columns, row, strict=True)
            )
            salience = f"(declare (salience {top - number - 1}))" if hit == "first" else ""
            then = f"(hit {number}) (halt)" if hit == "first" else f"(hit {number})"
            self._env.build(f"(defrule row-{number} {salience} (quote {patterns}) => {then})")
        self._quote = self._env.find_template("quote")

    def ask(self, request: Request) -> Any:
        """Return the slots: texts are symbols, numbers floats."""
        return {name: self._symbol(value) if isinstance(value, str) else value for name, value in request.items()}

    def decide(self, asked: Any, *, trace: bool) -> Any:  # noqa: ARG002
        """Assert the quote, run, retract it."""
        self._hits.clear()
        fact = self._quote.assert_fact(**asked)
        self._env.run()
        fact.retract()
        return list(self._hits)

    def rows(self, answer: Any) -> list[int]:
        """Return the rows; those of one salience fire in CLIPS's own order."""
        return sorted(answer)


def constraint(name: str, cell: Interval) -> str:
    """Return an interval as a field constraint; a variable that two fields share would make them equal."""
    low, high = ">=" if cell.low_closed else ">", "<=" if cell.high_closed else "<"
    return f"?{name}&:({low} ?{name} {float(cell.low)})&:({high} ?{name} {float(cell.high)})"
