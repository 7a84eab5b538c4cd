"""The guides keep their word: each command in a `console` block is run, and prints what the block says.

`pytest --update-golden` writes what the commands print into the guides. A line that ends in `…` stands for any ending,
a line of `…` alone for any lines.
Identifiers differ from run to run, and are shown as `…`.

Some pages are worked through in a folder of their own (`WORKED`). There a block that begins with ```` ```yaml NAME ````
(or `json`) is that file, written before the next command is run; with a `+` after the name it is added to the file. No
block of such a page is without a name, so that all that a reader is shown has been loaded or sent.
"""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli import run
from api.web.problems import PROBLEM_TYPES
from rules.load import load
from tests.test_language_page import anchor

ROOT = Path(__file__).parents[1]
GUIDES = ("README.md", "docs/check.md", "docs/cli.md", "docs/http.md", "docs/testing-policies.md")
WORKED = ("docs/guide.md", "docs/how-do-i-say.md", "docs/language.md")
TOOK = re.compile(r"\bin \d+\.\d+ s\b")
BLOCK = re.compile(r"```console\n\$ (?P<command>.*)\n(?P<output>(?:.*\n)*?)```")
FENCE = re.compile(r"^```(?P<form>\w*)(?: (?P<name>[\w./-]+)(?P<more> \+)?)?\n(?P<body>(?:.*\n)*?)```$", re.MULTILINE)
COMMAND = re.compile(r"\$ (?P<command>.*)\n(?P<output>(?:.*\n)*)")
NO_POLICY = (
    "desk.yaml",
    "authority.yaml",
    "registration.yaml",
    "mistake.yaml",
)  # included by others, or wrong on purpose
STARTER = ROOT / "examples" / "starter"
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


def printed(command: str, shell: dict[str, str], url: str, folder: Path = ROOT) -> str:
    plain = folder != ROOT and command.startswith("dealdesk ") and not set(command) & set("|;&<>$'\"")
    output = said_here(command, folder) if plain else said_in_a_shell(command.replace(SERVED, url), shell, folder)
    return re.sub(r'("id": ?)"[0-9a-f]{32}"', r'\1"…"', output.replace(url, SERVED))


def said_here(command: str, folder: Path) -> str:
    """Run a plain command in this process, which spares the time to start another one."""
    output = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        run(command.split()[1:])
    return output.getvalue()


def said_in_a_shell(command: str, shell: dict[str, str], folder: Path) -> str:
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=shell,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
        check=False,
    )
    return done.stdout.decode()


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
            lasting = TOOK.sub("in …", output)  # no page promises how long a command takes
            text = text[: block.start("output")] + lasting + text[block.end("output") :]
    if update_golden:
        (ROOT / guide).write_text(text, "utf-8")
    else:
        assert wrong == []


@pytest.mark.parametrize("guide", WORKED)
def test_a_guide_can_be_worked_through(
    guide: str, shell: dict[str, str], url: str, update_golden: bool, tmp_path: Path
) -> None:
    page = ROOT / guide
    wrong = []

    def worked(block: re.Match[str]) -> str:
        if block["form"] != "console":
            assert block["name"], f"of which file are these lines? {block[0]}"
            write(tmp_path / block["name"], block["body"], more=block["more"] is not None)
            return block[0]
        said = COMMAND.fullmatch(block["body"])
        assert said is not None, block[0]
        output = printed(said["command"], shell, url, tmp_path)
        if fits(said["output"], output):
            return block[0]
        wrong.append((said["command"], output))
        return f"```console\n$ {said['command']}\n{output}```"

    rewritten = FENCE.sub(worked, page.read_text("utf-8"))
    if update_golden:
        page.write_text(rewritten, "utf-8")
    else:
        assert wrong == []
    for path in sorted(tmp_path.rglob("*.yaml")):
        if f"{path.relative_to(tmp_path)}" not in NO_POLICY and "tests" not in path.parts:
            assert [found for found in load(path).diagnostics if found.severity == "error"] == [], path.name


def test_the_starter_policy_is_what_the_guide_builds(update_golden: bool, tmp_path: Path) -> None:
    for block in FENCE.finditer((ROOT / "docs/guide.md").read_text("utf-8")):
        if block["name"]:
            write(tmp_path / block["name"], block["body"], more=block["more"] is not None)
    built, starter = (load(folder / "policy.yaml").policy for folder in (tmp_path, STARTER))
    assert built is not None
    assert starter is not None
    assert starter.digest == built.digest
    # The policy itself is kept in another order, and with comments; everything else is the same file.
    beside = sorted(path for path in STARTER.rglob("*.*") if path != STARTER / "policy.yaml")
    assert len(beside) > 5
    for path in beside:
        built_file = tmp_path / (path.name if path.suffix == ".json" else path.relative_to(STARTER))
        if update_golden:
            path.write_text(built_file.read_text("utf-8"), "utf-8")
        assert path.read_text("utf-8") == built_file.read_text("utf-8"), path


def write(path: Path, text: str, *, more: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((path.read_text("utf-8") if more else "") + text, "utf-8")


def test_the_guide_to_http_names_every_outcome_and_every_key_of_a_result() -> None:
    guide = (ROOT / "docs/http.md").read_text("utf-8")
    seen: set[str] = set()
    for path in sorted((ROOT / "examples").glob("*/*.decision.json")):
        decision = json.loads(path.read_text("utf-8"))
        seen |= {decision["outcome"], *decision, *decision["result"]}
    assert sorted(name for name in seen if f"`{name}`" not in guide) == []


def test_every_page_that_is_named_is_there() -> None:
    """Pages are named by their path, in the code and in other pages."""
    named = [(path, name) for path in readable() for name in re.findall(r"(?<![\w./-])[\w./-]*\w\.md\b", text_of(path))]
    assert len(named) > 50
    assert [
        f"{path.relative_to(ROOT)}: {name}"
        for path, name in named
        if not any((folder / name).is_file() for folder in (ROOT, path.parent, ROOT / "docs"))
    ] == []


def test_every_section_of_the_language_that_is_named_is_there() -> None:
    sections = set(re.findall(r"^## (\d+)\. ", text_of(ROOT / "docs/language.md"), re.MULTILINE))
    named = re.compile(r"language\.md\s+section\s+(\d+)")
    assert [path for path in readable() if not set(named.findall(text_of(path))) <= sections] == []


def test_every_link_leads_somewhere() -> None:
    links = [
        (path, *link.partition("#")[::2])
        for path in readable()
        if path.suffix == ".md"
        for link in re.findall(r"\]\(([^)\s]+)\)", text_of(path))
        if not link.startswith("https://")
    ]
    assert [
        f"{path.relative_to(ROOT)}: {name}#{place}"
        for path, name, place in links
        if not leads(path.parent / name if name else path, place)
    ] == []


def test_the_readme_leads_to_every_page() -> None:
    readme = text_of(ROOT / "README.md")
    assert [page.name for page in (ROOT / "docs").glob("*.md") if f"](docs/{page.name})" not in readme] == []


def leads(target: Path, place: str) -> bool:
    """Return whether a page or a folder is there, and has that anchor if there is one."""
    return target.exists() and (not place or place in anchors(target))


def text_of(path: Path) -> str:
    # Some policies of the tests are in other encodings, on purpose.
    return path.read_text("utf-8", errors="replace")


def readable() -> list[Path]:
    """Return every file of the project that is text by us."""
    folders = ("api", "bench", "docs", "engine", "examples", "rules", "tests")
    below = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    return sorted(
        path
        for path in (*below, *ROOT.glob("*.*"), ROOT / "Makefile")
        if path.suffix in {".md", ".py", ".yaml", ".toml", ""} and path.is_file() and "node_modules" not in path.parts
    )


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as they are made where pages are shown."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {anchor(heading) for heading in headings}


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
