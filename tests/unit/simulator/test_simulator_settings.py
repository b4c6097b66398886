"""Where the simulator may start: on this machine, nowhere else."""

from typing import Any

import pytest

from conversation.errors import ConfigurationError
from simulator.app import build_simulator, run_simulator
from simulator.settings import SimulatorSettings, refuse_unless_loopback

HERE = "http://127.0.0.1:8000"
ACCOUNT = "AC" + "0" * 31 + "5"


@pytest.mark.parametrize("bind", ["127.0.0.1", "127.0.0.1:8100", "localhost", "localhost:8100", "::1", "[::1]:8100"])
@pytest.mark.parametrize("url", [HERE, "http://localhost:8000", "http://[::1]:8000", "https://127.9.9.9"])
def test_it_starts_when_all_three_addresses_are_of_this_machine(bind: str, url: str) -> None:
    refuse_unless_loopback(bind, url, url)


@pytest.mark.parametrize(
    "bind", ["0.0.0.0", "::", "", "192.168.1.5:8100", "puente.example.org", "127.0.0.1.example.org"]
)
def test_it_does_not_start_where_others_can_reach_it(bind: str) -> None:
    with pytest.raises(ConfigurationError, match="the bind address is not a loopback address"):
        refuse_unless_loopback(bind, HERE, HERE)


FOREIGN = {
    "a public name": "https://puente.example.org",
    "a name that begins like us": "http://127.0.0.1.example.org",
    "a name behind credentials": "http://127.0.0.1@example.org",
    "a name of the local network": "http://10.0.0.7:8000",
    "no address": "",
    "no scheme": "127.0.0.1:8000",
    "another scheme": "file://127.0.0.1/etc",
    "broken brackets": "http://[::1",
}


@pytest.mark.parametrize("url", FOREIGN.values(), ids=FOREIGN.keys())
def test_it_does_not_start_beside_a_public_application(url: str) -> None:
    with pytest.raises(ConfigurationError, match="PUBLIC_URL is not"):
        refuse_unless_loopback("127.0.0.1", url, HERE)


@pytest.mark.parametrize("url", [*FOREIGN.values(), None, "https://api.twilio.com"])
def test_it_does_not_start_when_the_application_sends_to_the_real_carrier(url: str | None) -> None:
    with pytest.raises(ConfigurationError, match="TWILIO_BASE_URL is not"):
        refuse_unless_loopback("127.0.0.1", HERE, url)


def test_all_wrong_addresses_are_told_in_one_sentence_without_their_values() -> None:
    with pytest.raises(ConfigurationError) as refusal:
        refuse_unless_loopback("0.0.0.0", "https://puente.example.org", None)

    assert str(refusal.value) == (
        "The simulator starts only on this machine: the bind address, PUBLIC_URL and TWILIO_BASE_URL "
        "are not loopback addresses (127.0.0.1, ::1 or localhost)."
    )


def test_running_it_asks_first() -> None:
    settings = SimulatorSettings(account_sid=ACCOUNT, auth_token="t", public_url=HERE)

    with pytest.raises(ConfigurationError, match="the bind address"):
        run_simulator(settings, bind="0.0.0.0", port=8100, twilio_base_url=HERE)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"account_sid": "AC1"}, "account id"),
        ({"auth_token": ""}, "auth token"),
        ({"sms_number": "2025550100"}, "E.164"),
        ({"public_url": "https://puente.example.org"}, "PUBLIC_URL"),
        ({"details_url": "https://puente.example.org"}, "details address"),
    ],
)
def test_settings_that_cannot_work_are_named(changes: dict[str, Any], reason: str) -> None:
    good: dict[str, Any] = {"account_sid": ACCOUNT, "auth_token": "t", "public_url": HERE}

    with pytest.raises(ConfigurationError, match=reason):
        build_simulator(SimulatorSettings(**(good | changes)))


def test_the_token_is_not_shown() -> None:
    settings = SimulatorSettings(account_sid=ACCOUNT, auth_token="secreto", public_url=HERE)

    assert "secreto" not in repr(settings)
