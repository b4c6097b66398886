"""The command line: what an operator can mend is one sentence and status 2."""

import os
import subprocess
import sys
from pathlib import Path

from service.running.ports import find_free_ports, open_port
from service.running.preparing import as_demo, prepare
from service.settings import Settings, to_environment

ROOT = Path(__file__).parents[2]


def puente(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "service", *arguments],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_wrong_settings_are_one_sentence(tmp_path: Path) -> None:
    ended = puente("cases", PORT="http", PUENTE_VAR=str(tmp_path))

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "puente: settings cannot be used:\n  PORT: must be a port number\n"


def test_a_machine_that_is_not_ready_is_one_sentence(tmp_path: Path) -> None:
    ended = puente("cases", PUENTE_VAR=str(tmp_path))

    assert ended.returncode == 2
    assert ended.stderr == "puente: the tables are not those of this version: run `puente setup` first\n"


def test_a_web_process_without_a_free_port_is_one_sentence(tmp_path: Path) -> None:
    (port,) = find_free_ports(1)
    settings = as_demo(Settings(var=tmp_path, port=port))
    prepare(settings)

    with open_port("127.0.0.1", port, setting="PORT"):
        ended = puente("serve", "web", **to_environment(settings))

    assert ended.returncode == 2
    assert ended.stderr.startswith(f"puente: port {port} is in use by another program")
    assert ended.stderr.count("\n") == 1
