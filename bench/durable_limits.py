"""The limits of durable-rules as installed, each reproduced in a process of its own (docs/decisions/0501).

`python -m bench.durable_limits` prints a table: what was tried, what the decision record says of it, and what happened
here. It is why the durable engine stays within single-fact conjunctions, 32 rules a ruleset, one caller, one session.
"""

import os
import platform
import shutil
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from textwrap import dedent

SECONDS = 15
# What every probe can use: a ruleset from conditions, and a fact posted to it the way the library's own host does.
PRELUDE = """
import random, sys, threading
from durable.engine import Ruleset

def ruleset(name, conditions, fired):
    def rule(number, condition):
        return {"all": condition if isinstance(condition, list) else [{"m": condition}], "run": lambda _: fired.append(number)}
    return Ruleset(name, None, {f"r{n}": rule(n, one) for n, one in enumerate(conditions)})

def post(rules, fact, assert_=None):
    errors = []
    rules.do_actions((assert_ or rules.assert_fact)(fact), lambda error, _: errors.append(error))
    if errors[0] is not None:
        raise errors[0]
"""  # noqa: E501 - a script in a script


@dataclass(frozen=True)
class Probe:
    """One thing to try: what it is, what the record says happens, and the script that tries it, so many times."""

    title: str
    recorded: str
    script: str
    times: int = 1


def _rules(number: int) -> str:
    return f"ruleset('many', [{{'x': n}} for n in range({number})], []); print('loads')"


def _siblings(number: int) -> str:
    return f"""
        fired = []
        rules = ruleset('siblings', [{{'$gte': {{'x': n}}}} for n in range({number})], fired)
        post(rules, {{'sid': '1', 'id': '1', 'x': 1000}})
        print(f'fires {{len(fired)}}')
    """


def _sessions(number: int) -> str:
    return f"""
        rules = ruleset('sessions', [{{'x': 1}}], [])
        for n in range({number}):
            post(rules, {{'sid': str(n), 'id': '1', 'x': 1}})
        print('right')
    """


def _compares(condition: str, fact: str) -> str:
    return f"""
        fired = []
        rules = ruleset('compares', [{condition}, {{'k': 1}}], fired)
        post(rules, {{'sid': '1', 'id': '1', 'k': 1, **{fact}}})
        print('true' if 0 in fired else 'false')
    """


PROBES = (
    Probe("load a ruleset of 512 rules that test one field", "loads", _rules(512)),
    Probe("load a ruleset of 513 such rules", "never ends", _rules(513)),
    Probe("a fact that meets 64 sibling conditions", "fires 64", _siblings(64)),
    Probe("a fact that meets 65 sibling conditions", "error 303", _siblings(65)),
    Probe("1,024 live sessions", "right", _sessions(1024)),
    Probe("1,025 live sessions", "MemoryError", _sessions(1025)),
    Probe(
        "delete a session in which nothing matched",
        "segmentation fault",
        """
        rules = ruleset('deletes', [{'x': 1}], [])
        for n in range(50):
            try:
                rules.assert_fact({'sid': str(n), 'id': '1', 'x': 2})
            except Exception:
                pass  # it says so: the fact is not handled
            rules.delete_state(str(n))
        print('right')
        """,
        times=5,
    ),
    Probe(
        "eight threads on one ruleset and four sessions",
        "segmentation fault, at times",
        """
        rules = ruleset('threads', [{'x': 1}], [])
        def work(name):
            for n in range(3000):
                post(rules, {'sid': name, 'id': str(n), 'x': 1})
                rules.delete_state(name)
        threads = [threading.Thread(target=work, args=(str(n % 4),)) for n in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        print('right')
        """,
        times=5,
    ),
    Probe(
        "a join of two events by != (the README's own sample)",
        "segmentation fault, at times",
        """
        fired = []
        different = {'second': {'$neq': {'location': {'first': 'location'}}}}
        rules = ruleset('risk', [[{'first': {'t': 'purchase'}}, different]], fired)
        for number, location in enumerate(['US', 'CA'] * 200):
            post(rules, {'sid': '1', 'id': str(number), 't': 'purchase', 'location': location}, rules.assert_event)
        print(f'fires {len(fired)}')
        """,
        times=5,
    ),
    Probe(
        "a join with a fact that lacks the joined field",
        "error 311",
        """
        fired = []
        different = {'second': {'$neq': {'location': {'first': 'location'}}}}
        rules = ruleset('risk', [[{'first': {'t': 'purchase'}}, different]], fired)
        post(rules, {'sid': '1', 'id': '1', 't': 'purchase'})
        post(rules, {'sid': '1', 'id': '2', 't': 'purchase', 'location': 'US'})
        print(f'fires {len(fired)}')
        """,
    ),
    Probe(
        "0.30000000000000001 > 0.3 (binary floats)",
        "false",
        _compares("{'$gt': {'x': 0.3}}", "{'x': float('0.30000000000000001')}"),
    ),
    Probe(
        "0.1 + 0.2 <= 0.3 (binary floats)",
        "false",
        _compares("{'$lte': {'x': 0.3}}", "{'x': 0.1 + 0.2}"),
    ),
    Probe(
        "9223372036854775812 > 9223372036854775807 (64 bits)",
        "false",
        _compares("{'$gt': {'x': 2**63 - 1}}", "{'x': 2**63 + 4}"),
    ),
    Probe("the text '9' > 10 (compared as text)", "true", _compares("{'$gt': {'x': 10}}", "{'x': '9'}")),
    Probe("the text 'abc' > 5 (compared as text)", "true", _compares("{'$gt': {'x': 5}}", "{'x': 'abc'}")),
    Probe(
        "the safe subset: 20,000 facts, 31 rules of 12 tests and a catch-all, session deleted",
        "right, 0 MB more",
        """
        import resource
        fired = []
        low = [[(rule * 7 + field) % 20 for field in range(6)] for rule in range(31)]
        def rule(lows):
            return {'$and': [test for f, one in enumerate(lows)
                             for test in ({'$gte': {f'p{f}': one}}, {'$lte': {f'q{f}': one + 10}})]}
        rules = ruleset('safe', [*map(rule, low), {'k': 1}], fired)
        seed = random.Random(1)
        before = 0
        for turn in range(20_000):
            slots = [seed.randrange(30) for _ in range(6)]
            fired.clear()
            pairs = {f'{side}{f}': slot for f, slot in enumerate(slots) for side in 'pq'}
            post(rules, {'sid': 's', 'id': '1', 'k': 1, **pairs})
            rules.delete_state('s')
            wanted = [n for n, lows in enumerate(low)
                      if all(one <= slot <= one + 10 for one, slot in zip(lows, slots))]
            assert sorted(fired) == [*wanted, 31], (slots, fired)
            if turn == 2_000:
                before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        print(f'right, {more // 1024} MB more')
        """,
    ),
)


def outcome(script: str) -> str:
    """Run a probe and say how it ended."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", PRELUDE + dedent(script)],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"still runs after {SECONDS} s"
    if done.returncode < 0:
        name = signal.Signals(-done.returncode).name
        return "segmentation fault" if name == "SIGSEGV" else f"ended by {name}"
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["nothing said"])[-1]
    return done.stdout.strip()


def happened(probe: Probe) -> str:
    """Run a probe as often as it says, and count how it ended."""
    ends = Counter(outcome(probe.script) for _ in range(probe.times))
    return "; ".join(
        end if probe.times == 1 else f"{times} of {probe.times}: {end}" for end, times in ends.most_common()
    )


def on_python_313() -> str:
    """Say whether durable-rules imports on Python 3.13, if there is one beside us that has it."""
    python = os.environ.get("PYTHON_313") or shutil.which("python3.13")
    if python is None or subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode:
        return "no Python 3.13 here (PYTHON_313 names one)"
    done = subprocess.run([python, "-c", "import durable.engine"], capture_output=True, text=True, check=False)
    return "imports" if not done.returncode else (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]


def main() -> None:
    """Print the table."""
    try:
        installed = version("durable_rules")
    except PackageNotFoundError:
        sys.exit("durable-rules is not installed: pip install 'dealdesk[durable]'")
    print(f"durable_rules {installed}, Python {platform.python_version()}, {platform.system()} {platform.machine()}\n")
    print("| tried | recorded | here |\n| --- | --- | --- |")
    for probe in PROBES:
        print(f"| {probe.title} | {probe.recorded} | {happened(probe)} |", flush=True)
    print(f"| import it on Python 3.13 | fails | {on_python_313()} |")


if __name__ == "__main__":
    main()
