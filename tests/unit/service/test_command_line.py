"""The command line: what an operator can mend is one sentence and status 2."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from conversation.errors import ConfigurationError
from conversation.turn import Rules
from service import serving
from service.ports import find_free_port, open_port
from service.preparing import as_demo, prepare
from service.serving import serve
from service.settings import Settings, to_environment

ROOT = Path(__file__).parents[3]


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
    port = find_free_port()
    settings = as_demo(Settings(var=tmp_path, port=port))
    prepare(settings)

    with open_port("127.0.0.1", port, setting="PORT"):
        ended = puente("serve", "web", **to_environment(settings))

    assert ended.returncode == 2
    assert ended.stderr.startswith(f"puente: port {port} is in use by another program")
    assert ended.stderr.count("\n") == 1


def test_an_unknown_process_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="web, worker"):
        serve("everything", Settings())


@pytest.mark.parametrize("what", ["web", "worker"])
def test_nobody_starts_with_an_unreviewed_floor_set(what: str, rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    strict = replace(rules, catalogue=replace(rules.catalogue, drafts=False))
    monkeypatch.setattr(serving.wiring, "build_rules", lambda _: strict)
    monkeypatch.setattr(serving, "set_up_logs", lambda: None)

    with pytest.raises(ConfigurationError, match=r"system\.crisis \(es\)"):
        serve(what, Settings(drafts=False))
