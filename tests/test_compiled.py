"""The wheel of `make wheel`: what decides, compiled, gives what its plain sources give, case by case and at random."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
COMPILED = Path("build/compiled")
# What the sources decide is written down in these.
SUITES = ("tests/test_cases.py", "tests/test_alternatives.py", "tests/test_examples.py", "tests/golden")
PAIRS = 8_000
MODULES = (
    "kinds.price.alternatives",
    "plan.derive.stages",
    "plan.tables.index",
    "explain.trace.building",
    "core.facts",
    "core.values",
)


def run(environment: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-4_000:]
    return done.stdout + done.stderr


def test_compiled_modules_decide_as_their_sources_do() -> None:
    # One test, so that one process builds.
    subprocess.run(["make", "--no-print-directory", str(COMPILED / "ready")], cwd=ROOT, check=True)
    path = os.pathsep.join((str(ROOT / COMPILED / "installed"), str(ROOT)))
    first = {**os.environ, "PYTHONSAFEPATH": "1", "PYTHONPATH": path}

    names = ", ".join(f"engine.{name}" for name in MODULES)
    files = run(first, "-c", f"import {names}\nfor one in ({names}): print(one.__file__)").split()
    assert all(file.endswith((".so", ".pyd")) for file in files)
    # The interpreter, to which the others are held, is not compiled.
    assert run(first, "-c", "import engine.core.interpret as one; print(one.__file__)").strip().endswith(".py")

    told = run(first, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode", "append", *SUITES)
    assert " passed" in told
    assert "skipped" not in told
    assert " 0 disagreements" in run(first, "-m", "tests.agreement", "--pairs", str(PAIRS))
