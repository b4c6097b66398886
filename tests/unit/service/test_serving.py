"""Which processes there are, and when none of them starts."""

from dataclasses import replace

import pytest

from conversation.answers.reviews import Ledger
from conversation.errors import ConfigurationError
from conversation.turn import Rules
from service.running import serving
from service.running.serving import serve
from service.settings import Settings


def test_an_unknown_process_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="web, worker"):
        serve("everything", Settings())


@pytest.mark.parametrize("what", ["web", "worker"])
def test_nobody_starts_with_an_unreviewed_floor_set(what: str, rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    unreviewed = replace(rules.catalogue, drafts=False, ledger=Ledger())
    monkeypatch.setattr(serving.wiring, "build_catalogue", lambda _: unreviewed)
    monkeypatch.setattr(serving, "set_up_logs", lambda *_: None)

    with pytest.raises(ConfigurationError, match=r"system\.crisis \(es\)"):
        serve(what, Settings(drafts=False))
