"""The guides keep their word: each command in a `console` block is run, and prints what the block says.

`pytest --update-golden` writes what the commands print into the guides. A line that ends in `…` stands for any ending,
a line of `…` alone for any lines.
Identifiers differ from run to run, and are shown as `…`.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.web.problems import PROBLEM_TYPES

ROOT = Path(__file__).parents[1]
GUIDES = ("README.md", "docs/check.md", "docs/cli.md", "docs/http.md", "docs/testing-policies.md")
BLOCK = re.compile(r"```console\n\$ (?P<command>.*)\n(?P<output>(?:.*\n)*?)```")
SERVED = "http://127.0.0.1:8080"


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment in which `dealdesk` is this checkout's."""
    folder = tmp_path_factory.mktemp("bin")
    for name, start in (("dealdesk", f"{sys.executable} -m api"), ("python3", sys.executable)):
        (folder / name).write_text(f'#!/bin/sh\nexec {start} "$@"\n')
        (folder / name).chmod(0o755)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}


@pytest.fixture(scope="module")
def url(shell: dict[str, str]) -> Iterator[str]:
    """Serve the shipped policy on a free port."""
    command = ["dealdesk", "serve", "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, env=shell, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
        process.terminate()


def printed(command: str, shell: dict[str, str], url: str) -> str:
    done = subprocess.run(
        ["/bin/sh", "-c", command.replace(SERVED, url)],
        cwd=ROOT,
        env=shell,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
        check=False,
    )
    output = done.stdout.decode().replace(url, SERVED)
    return re.sub(r'("id": ?)"[0-9a-f]{32}"', r'\1"…"', output)


def fits(said: str, output: str) -> bool:
    return re.fullmatch("".join(map(as_pattern, said.splitlines())), output) is not None


def as_pattern(line: str) -> str:
    if line.strip() == "…":
        return r"(?:.*\n)*?"
    return re.escape(line.removesuffix("…")) + ".*" * line.endswith("…") + r"\n"


@pytest.mark.parametrize("guide", GUIDES)
def test_every_command_prints_what_the_guide_says(
    guide: str, shell: dict[str, str], url: str, update_golden: bool
) -> None:
    text = (ROOT / guide).read_text("utf-8")
    blocks = list(BLOCK.finditer(text))
    assert blocks
    wrong = []
    for block in reversed(blocks):
        output = printed(block["command"], shell, url)
        if not fits(block["output"], output):
            wrong.append((block["command"], output))
            text = text[: block.start("output")] + output + text[block.end("output") :]
    if update_golden:
        (ROOT / guide).write_text(text, "utf-8")
    else:
        assert wrong == []


def test_every_problem_type_is_in_the_guide() -> None:
    guide = (
        (ROOT / "docs/http.md").read_text("utf-8").partition("| type `urn:dealdesk:problem:` |")[2].partition("\n\n")[0]
    )
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", guide, re.MULTILINE)
    assert sorted(rows) == sorted((problem.name, str(int(problem.status))) for problem in PROBLEM_TYPES)


def test_every_path_in_the_guide_to_extending_is_there() -> None:
    guide = (ROOT / "docs/extending.md").read_text("utf-8")
    paths = re.findall(r"`((?:rules|engine|api|tests|examples)/[^`<]*)`", guide)
    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []
