"""What processes cost: processor time and memory, read from Linux's /proc."""

import contextlib
import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """Return the processor seconds a process and its children have used, all threads, ended children included."""
    return sum(_own_cpu_s(one) for one in (pid, *children(pid)))


def machine_s() -> tuple[float, float]:
    """Return the seconds all cores together have worked, for whatever program, and have waited for the disk."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    user, nice, system, _idle, waiting, hard, soft, stolen = fields[:8]
    return (user + nice + system + hard + soft + stolen) / _TICKS, waiting / _TICKS


def memory_mb(pid: int) -> float:
    """Return the resident memory of a process and its children; pages they share count once (PSS)."""
    return sum(_pss_mb(one) for one in (pid, *children(pid)))


def children(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def _own_cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0  # ended meanwhile: then its parent's sum of ended children has it
    return sum(int(field) for field in fields[11:15]) / _TICKS


def _pss_mb(pid: int) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0
