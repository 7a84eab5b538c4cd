"""What the numbers were taken on: the machine, how busy it was, and the versions of everything that took part."""

import os
import platform
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.plain import is_compiled

CPUINFO = Path("/proc/cpuinfo")
MEMINFO = Path("/proc/meminfo")


def describe(packages: Iterable[str] = ()) -> dict[str, object]:
    """Return the machine, its load at this moment, and the versions of the packages that are there."""
    return {
        "taken": datetime.now(UTC).replace(microsecond=0).isoformat(),
        "processor": _field(CPUINFO, "model name") or platform.processor() or platform.machine(),
        "cores": os.cpu_count() or 1,
        "memory": _memory(),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "compiled": is_compiled(),
        "load": [round(load, 2) for load in os.getloadavg()],
        "versions": {name: found for name in packages if (found := version_of(name))},
    }


def version_of(package: str) -> str | None:
    """Return an installed package's version."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def resident_mb(pid: int) -> float:
    """Return the memory that a process holds now, in MB (10^6 bytes)."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        kibibytes = _field(status, "VmRSS")
    else:
        kibibytes = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True
        ).stdout
    return int((kibibytes or "0").split()[0]) * 1024 / 1e6


def _memory() -> str:
    found = _field(MEMINFO, "MemTotal")
    return f"{int(found.split()[0]) / 2**20:.0f} GiB" if found else "unknown"


def _field(path: Path, name: str) -> str | None:
    """Return the first value of a `name: value` line."""
    if not path.exists():
        return None
    for line in path.read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return None
