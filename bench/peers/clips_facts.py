"""CLIPS with the rows as facts, and one rule that joins a quote with them: texts by hash, intervals by test."""

from importlib import import_module
from typing import Any

from bench.tables import Hit, Request, Table


class Engine:
    """An environment with a fact a row; a quote is one more fact, which comes and goes."""

    def __init__(self, table: Table, hit: Hit) -> None:
        """Build the rule and assert the rows; an end of an interval says by a number whether it belongs to it."""
        clips: Any = import_module("clips")
        self._symbol = clips.Symbol
        self._first = hit == "first"
        self._env = clips.Environment()
        self._hits: list[int] = []
        self._env.define_function(self._hits.append, name="hit")
        texts = [column.name for column in table.columns if column.kind == "text"]
        numbers = [column.name for column in table.columns if column.kind == "number"]
        slots = [f"{name}-{end}" for name in numbers for end in ("low", "low-in", "high", "high-in")]
        self._env.build(f"(deftemplate quote {' '.join(f'(slot {name})' for name in (*texts, *numbers))})")
        self._env.build(f"(deftemplate row (slot number) {' '.join(f'(slot {name})' for name in (*texts, *slots))})")
        bind = " ".join(f"({name} ?{name})" for name in (*texts, *numbers))
        match = " ".join(f"({name} ?{name})" for name in (*texts, *slots))
        tests = " ".join(
            f"(or (> ?{name} ?{name}-low) (and (= ?{name} ?{name}-low) (= 1 ?{name}-low-in))) "
            f"(or (< ?{name} ?{name}-high) (and (= ?{name} ?{name}-high) (= 1 ?{name}-high-in)))"
            for name in numbers
        )
        self._env.build(f"(defrule hits (quote {bind}) (row (number ?n) {match}) (test (and {tests})) => (hit ?n))")
        self._quote = self._env.find_template("quote")
        rows = self._env.find_template("row")
        for number, row in enumerate(table.rows):
            values: dict[str, object] = {"number": number}
            for column, cell in zip(table.columns, row, strict=True):
                if isinstance(cell, str):
                    values[column.name] = self._symbol(cell)
                else:
                    ends = (float(cell.low), int(cell.low_closed), float(cell.high), int(cell.high_closed))
                    names = (f"{column.name}-{end}" for end in ("low", "low-in", "high", "high-in"))
                    values.update(zip(names, ends, strict=True))
            rows.assert_fact(**values)

    def ask(self, request: Request) -> Any:
        """Return the slots: texts are symbols, numbers floats."""
        return {name: self._symbol(value) if isinstance(value, str) else value for name, value in request.items()}

    def decide(self, asked: Any, *, trace: bool) -> Any:  # noqa: ARG002
        """Assert the quote, run, retract it."""
        self._hits.clear()
        fact = self._quote.assert_fact(**asked)
        self._env.run()
        fact.retract()
        if self._first:
            return [min(self._hits)] if self._hits else []
        return list(self._hits)

    def rows(self, answer: Any) -> list[int]:
        """Return the rows in order."""
        return sorted(answer)
