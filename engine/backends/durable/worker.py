"""The process that runs durable-rules: rulesets and facts in, marks of the rules that fired out.

It is a script that imports nothing of ours, since it must start fast and have little that can go wrong. One line of
JSON asks, one answers, over the socket whose number is the only argument; when the other end closes, it ends. Whatever
durable-rules gets wrong ends it too: its state is not to be trusted after that, and another process takes over.

`Ruleset` is used without durable-rules' `Host`, whose timer threads would call the C library beside us.
"""

import json
import signal
import socket
import sys
from typing import Any

from durable.engine import Ruleset

CATCH_ALL = "catch-all"
# Beyond every slot: what p and q of an unknown gauge are, so that no test holds, or every test.
BELOW, ABOVE = -1, 1 << 40
SESSION = "s"


class Loaded:
    """One ruleset, and the gauges that its facts have."""

    def __init__(self, name: str, written: dict[str, Any]) -> None:
        """Load a ruleset."""
        self._gauges: list[int] = written["gauges"]
        self._fired: list[str] = []
        rules: dict[str, Any] = {}
        for rule, definition in written["rules"].items():
            rules[rule] = {**definition, "run": self._note(rule)}
        self._ruleset = Ruleset(name, None, rules)

    def _note(self, rule: str) -> Any:  # noqa: ANN401 - durable-rules wants any function of one argument
        return lambda _: self._fired.append(rule)

    def fire(self, slots: list[int | None], unknown: tuple[int, int]) -> set[int]:
        """Return the marks of the rules that a fact meets; `unknown` is p and q of an unknown gauge."""
        fact: dict[str, Any] = {"sid": SESSION, "id": "1", "fact": 1}
        for pair, gauge in enumerate(self._gauges):
            slot = slots[gauge]
            fact[f"p{pair}"], fact[f"q{pair}"] = unknown if slot is None else (slot, slot)
        self._fired.clear()
        errors: list[object] = []
        self._ruleset.do_actions(self._ruleset.assert_fact(fact), lambda error, _: errors.append(error))
        if errors != [None] or self._fired.count(CATCH_ALL) != 1:
            raise RuntimeError(f"durable-rules did not finish: {errors}, fired {self._fired}")
        # Only now: every fact meets the catch-all rule, so there is a session to delete.
        self._ruleset.delete_state(SESSION)
        return {int(rule.partition("_")[0]) for rule in self._fired if rule != CATCH_ALL}

    def match(self, slots: list[int | None]) -> tuple[set[int], set[int]]:
        """Return the marks of the rules that hold, and of those that hold or are undetermined."""
        certain = self.fire(slots, (BELOW, ABOVE))
        if all(slots[gauge] is not None for gauge in self._gauges):
            return certain, certain
        return certain, self.fire(slots, (ABOVE, BELOW))


class Rules:
    """All that is loaded, by key."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._loaded: dict[str, list[Loaded]] = {}

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Do what a line asks."""
        key = asked["key"]
        if "rulesets" in asked:
            rulesets = enumerate(asked["rulesets"])
            self._loaded[key] = [Loaded(f"{key}-{number}", written) for number, written in rulesets]
            return {"loaded": key}
        certain: set[int] = set()
        possible: set[int] = set()
        for ruleset in self._loaded[key]:
            holds, open_ = ruleset.match(asked["slots"])
            certain |= holds
            possible |= open_
        return {"certain": sorted(certain), "possible": sorted(possible)}


def main() -> None:
    """Answer line by line until the other end closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
    rules = Rules()
    with socket.socket(fileno=int(sys.argv[1])) as connection, connection.makefile("rwb") as lines:

        def say(answer: dict[str, Any]) -> None:
            lines.write(json.dumps(answer).encode() + b"\n")
            lines.flush()

        say({"ready": True})
        for line in lines:
            try:
                say(rules.answer(json.loads(line)))
            except Exception as error:  # noqa: BLE001 - it is reported, and this process ends
                say({"error": f"{type(error).__name__}: {error}"})
                break


if __name__ == "__main__":
    main()
