"""The generators of clients, each installed beside its lock file's digest, once for all workers of a test run."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
BUILD = HERE.parent.parent / "build" / "clients"
LEAST_NODE = (20, 19)


def run(*arguments: str | Path, cwd: Path | None = None, extra_path: Path | None = None) -> str:
    """Return what a command says; one that fails fails the test with it."""
    environment = {**os.environ, "NO_COLOR": "1"}
    if extra_path:
        environment["PATH"] = os.pathsep.join((str(extra_path), environment["PATH"]))
    done = subprocess.run(
        [*map(str, arguments)], cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, f"{arguments[0]} failed:\n{done.stdout[-4_000:]}{done.stderr[-4_000:]}"
    return done.stdout + done.stderr


def python_generator() -> Path:
    """Return the folder of the commands of an environment that has `openapi-python-client`."""
    lock = HERE / "requirements.lock"
    folder = _folder("python", lock.read_bytes() + sys.version.encode())
    pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input")
    locked = ("--require-hashes", "--only-binary", ":all:", "--requirement", str(lock))
    python = folder / "bin" / "python"
    _once(folder, (sys.executable, "-m", "venv", str(folder)), (str(python), *pip, *locked))
    return folder / "bin"


def typescript_generator() -> Path:
    """Return the folder that has `@hey-api/openapi-ts` and `typescript`."""
    found = shutil.which("node") and shutil.which("npm") and run("node", "--version").strip().lstrip("v")
    version = tuple(int(part) for part in re.findall(r"\d+", found or "")[:2])
    least = ".".join(map(str, LEAST_NODE))
    assert version >= LEAST_NODE, f"TypeScript clients are made with node {least} or newer and npm; here is {found}"
    folder = _folder("node", (HERE / "package-lock.json").read_bytes())
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "generate.mjs", "reader.ts"):
        shutil.copy(HERE / name, folder)
    _once(folder, ("npm", "ci", "--prefix", str(folder), *quiet))
    return folder


def _folder(name: str, *contents: bytes) -> Path:
    return BUILD / f"{name}-{sha256(b''.join(contents)).hexdigest()[:12]}"


def _once(folder: Path, *commands: Sequence[str]) -> None:
    """Run the commands that fill a folder, unless that was done; other workers wait."""
    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD / f"{folder.name}.lock").open("w") as waiting:
        fcntl.flock(waiting, fcntl.LOCK_EX)
        done = folder / "ready"
        if not done.exists():
            for command in commands:
                run(*command)
            done.touch()
