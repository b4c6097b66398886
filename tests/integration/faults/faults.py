"""The faults, each a plain function: what is broken while messages come in, and how it is mended.

A function starts the network and leaves when every message has been taken; what is unsettled then settles afterwards.
"""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread

import requests

from tests.integration.faults.deployment import ANSWER_S, Deployment
from tests.integration.own_process import ROOT, until
from tests.integration.traffic import Network

HOURS = 3600.0
HANGS_S = 4 * ANSWER_S


def no_fault(at: Deployment, network: Network) -> None:
    """Two workers on one database share the work."""
    network.start()
    network.wait()


def kill_web(at: Deployment, network: Network) -> None:
    network.start()
    network.until_taken(5)
    at.puente.web.end(signal.SIGKILL)
    at.puente.start_web()
    network.wait()


def kill_worker(at: Deployment, network: Network) -> None:
    network.start()
    network.until_taken(5)
    at.kill_worker(0)
    at.puente.start_worker(0)
    network.wait()


def lose_worker(at: Deployment, network: Network) -> None:
    """One of two is killed and never returns: the other takes its work over."""
    network.start()
    network.until_taken(5)
    at.kill_worker(1)
    network.wait()
    at.until_rescued(1)
    at.puente.start_worker(1)


def pause_worker(at: Deployment, network: Network) -> None:
    """One stands still until its work is in other hands, comes back, notices, and stops."""
    network.start()
    network.until_taken(5)
    at.pause_worker(1)
    network.wait()
    at.until_rescued(1)
    at.workers[1].send(signal.SIGCONT)
    until(lambda: at.workers[1].ended is not None, "it has noticed and stopped")
    assert "its work was taken over" in at.workers[1].output()
    at.puente.start_worker(1)


def kill_bot(at: Deployment, network: Network) -> None:
    """It is away for some seconds, in which people write several messages in a row."""
    network.start()
    network.until_taken(4)
    at.bot.end(signal.SIGKILL)
    network.until_taken(14)
    at.start_bot()
    network.wait()


def lose_database(at: Deployment, network: Network) -> None:
    network.start()
    network.until_taken(6)
    at.store.go_away()
    until(lambda: network.refused > 0, "a message is refused, so that the carrier brings it again")
    at.store.come_back()
    network.wait()


def fill_disk(at: Deployment, network: Network) -> None:
    processes = [at.puente.web, *at.workers]
    at.store.fill_disk(processes)
    network.start()
    until(lambda: network.refused > 1, "messages are refused")
    at.store.free_disk(processes)
    network.wait()


def be_too_busy(at: Deployment, network: Network) -> None:
    """The carrier says 429, with Retry-After and without."""
    faults = [{"kind": "too_many_requests"}, {"kind": "too_many_requests", "retry_after_s": 2}, None]
    at.puente.carrier.order_faults(*(faults * 8))
    network.start()
    network.wait()


def fail_inside(at: Deployment, network: Network) -> None:
    """The carrier says 500 or 502 in HTML, before and after the message exists; its list does so too."""
    kinds = ("server_error", "server_error_after", "bad_gateway", "bad_gateway_after")
    for kind in kinds * 3:
        at.puente.carrier.order_faults({"kind": kind}, None)
    at.puente.carrier.order_faults(*({"call": "ListMessage", "kind": kind} for kind in ("server_error", "bad_gateway")))
    network.start()
    network.wait()


def hang(at: Deployment, network: Network) -> None:
    """The carrier answers when nobody waits any more; some messages come to exist only then."""
    for kind in ("slow", "slow_after") * 3:
        at.puente.carrier.order_faults({"kind": kind, "delay_s": HANGS_S}, None)
    network.start()
    network.wait()


def reset(at: Deployment, network: Network) -> None:
    """The connection to the carrier breaks, before and after the message exists."""
    for kind in ("drop", "drop_after") * 4:
        at.puente.carrier.order_faults({"kind": kind}, None)
    network.start()
    network.wait()


def disturb_callbacks(at: Deployment, network: Network) -> None:
    """Callbacks come twice, before the answer, late, latest first; and somebody without our token invents some."""
    plans = [("doubled", (0.0,)), ("before_answer", (0.0,)), ("in_order", (2.0, 3.0)), ("out_of_order", (0.0,))]
    network.start()
    for count, (order, delays_s) in enumerate(plans):
        at.puente.carrier.plan_callbacks(order, delays_s=delays_s)
        network.until_taken(5 * (count + 1))
        assert _invent_report(at) == 403
    network.wait()
    at.puente.carrier.plan_callbacks("in_order")


def _invent_report(at: Deployment) -> int:
    """Say without a signature that a text failed; return how we answer."""
    ((outbox_id,), *_) = at.puente.rows("SELECT id FROM outbox ORDER BY created_at DESC LIMIT 1")
    form = {"MessageSid": "SM" + "0" * 32, "MessageStatus": "failed", "ErrorCode": "30007"}
    url = f"{at.puente.settings.public_url}/twilio/status?outbox={outbox_id}"
    return requests.post(url, data=form, timeout=15).status_code


def repeat_webhooks(at: Deployment, network: Network) -> None:
    """Each message is delivered three times more, some at once, some when later ones have long been taken."""
    network.start()
    for count in (8, 16, 24):
        network.until_taken(count)
        threads = [Thread(target=at.puente.post, args=(form,)) for form in [*network.taken] for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    network.wait()


def step_clocks(at: Deployment, network: Network) -> None:
    """One worker starts five hours ahead, the other steps back by five; in the middle they change places."""
    at.puente.carrier.order_faults(*({"kind": kind} for kind in ("too_many_requests", "drop", "drop_after") * 3))
    at.workers[0].end()
    at.set_clock(0, 5 * HOURS)
    at.puente.start_worker(0)
    at.set_clock(1, -5 * HOURS)
    network.start()
    network.until_taken(12)
    at.set_clock(0, -5 * HOURS)
    at.set_clock(1, 5 * HOURS)
    network.wait()
    time.sleep(1)  # so that the last messages meet the wrong clocks too
    for number in (0, 1):
        at.set_clock(number, 0)


def deploy(at: Deployment, network: Network) -> None:
    """A worker runs older code; in the middle it is stopped, and two of the present code start."""
    for worker in at.workers:
        worker.end()
    at.replace_code(0, at.older_code())
    at.puente.start_worker(0)
    network.start()
    network.until_taken(8)
    at.wait_for_the_air()
    at.workers[0].end()
    at.replace_code(0, ROOT)
    for number in (0, 1):
        at.puente.start_worker(number)
    network.wait()


@dataclass(frozen=True)
class Row:
    """One line of the matrix."""

    fault: str
    break_it: Callable[[Deployment, Network], None]


MATRIX = (
    Row("none: two workers on one database", no_fault),
    Row("web killed", kill_web),
    Row("worker killed, starts again", kill_worker),
    Row("worker killed for good", lose_worker),
    Row("worker paused past its lease", pause_worker),
    Row("bot killed", kill_bot),
    Row("database away", lose_database),
    Row("disk full", fill_disk),
    Row("carrier: 429", be_too_busy),
    Row("carrier: 500, 502 in HTML", fail_inside),
    Row("carrier: hangs", hang),
    Row("carrier: connection reset", reset),
    Row("callbacks in every wrong way", disturb_callbacks),
    Row("webhooks again, at once and late", repeat_webhooks),
    Row("clocks 5 h ahead and behind", step_clocks),
    Row("deploy in mid-run", deploy),
)
