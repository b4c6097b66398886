"""Real child processes: started, told to stop, and gone with their parent however it ends."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from conversation.errors import ConfigurationError
from service.running.children import Child, stop_children

ROOT = Path(__file__).parents[3]
PATIENT = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True); time.sleep(60)"
)
PARENT = """
import asyncio, sys
from service.running.children import Child

async def main():
    children = [Child(str(number), [sys.executable, "-c", "import time; time.sleep(60)"], {}) for number in range(2)]
    for child in children:
        await child.start()
        print(child.process.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def child(program: str, *, name: str = "sleeper") -> Child:
    return Child(name, [sys.executable, "-c", program], {**os.environ, "SECRET": "geheim"})


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text() if Path(f"/proc/{pid}").exists() else True


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


async def never_ready() -> bool:
    return False


async def test_a_child_that_is_told_to_stop_stops() -> None:
    one = child(PATIENT)
    await one.start()
    alive = one.alive

    await one.stop()

    assert (alive, one.alive) == (True, False)
    assert one.process is not None
    assert one.process.returncode == -signal.SIGTERM


async def test_a_child_that_does_not_listen_is_ended_with_all_it_has_started(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    one = child(
        STUBBORN.replace("print(", f"open({str(note)!r}, 'w').write(str(").replace(".pid, flush=True)", ".pid))")
    )
    await one.start()
    until(lambda: note.exists() and note.read_text().isdigit())

    await one.stop(within_s=0.1)

    assert one.process is not None
    assert one.process.returncode == -signal.SIGKILL
    until(lambda: not exists(int(note.read_text())))


async def test_children_are_stopped_one_after_the_other() -> None:
    order: list[str] = []
    children = [child(PATIENT, name=name) for name in ("first", "second")]
    for one in children:
        await one.start()

    async def note_end(one: Child) -> None:
        assert one.process is not None
        await one.process.wait()
        order.append(one.name)
        assert [other.alive for other in children] == [False, len(order) == 1]

    watching = asyncio.gather(*(note_end(one) for one in children))
    await stop_children(children)
    await watching

    assert order == ["first", "second"]


async def test_stopping_what_never_started_or_has_ended_is_harmless() -> None:
    ended = child("pass")
    await ended.start()
    assert ended.process is not None
    await ended.process.wait()

    await stop_children([child(PATIENT), ended])

    assert not ended.alive


async def test_a_child_that_ends_at_its_start_is_told_in_a_sentence() -> None:
    one = child("raise SystemExit(2)")
    await one.start()

    with pytest.raises(ConfigurationError, match="the sleeper process ended at its start"):
        await one.until_ready(never_ready, timeout_s=30)


async def test_a_child_that_takes_too_long_is_told_in_a_sentence() -> None:
    one = child(PATIENT)
    await one.start()

    with pytest.raises(ConfigurationError, match="not ready"):
        await one.until_ready(never_ready, timeout_s=0.01)

    await one.stop()


async def test_a_program_that_is_not_there_is_told_in_a_sentence() -> None:
    one = Child("sleeper", ["/no/such/program"], {})

    with pytest.raises(ConfigurationError, match="the sleeper process cannot be started: No such file"):
        await one.start()


def test_its_environment_is_in_no_repr() -> None:
    assert "geheim" not in repr(child(PATIENT))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent has died")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_is_left_behind_when_the_parent_dies(how: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = [int(parent.stdout.readline()) for _ in range(2)]
        before = [exists(pid) for pid in pids]

        parent.send_signal(how)
        parent.wait(timeout=30)

    assert before == [True, True]
    until(lambda: not any(exists(pid) for pid in pids))
    with contextlib.suppress(ProcessLookupError):
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
