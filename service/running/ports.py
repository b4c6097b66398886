"""Ports of this machine: taken with one plain sentence when that is not possible."""

import contextlib
import errno
import random
import socket

from conversation.errors import ConfigurationError

_WAITING_CONNECTIONS = 2048  # as uvicorn has it by default
_LEFT_TO_PROGRAMS = range(20_000, 32_000)


def open_port(host: str, port: int, *, setting: str) -> socket.socket:
    """Return a socket that listens on a port; `setting` is the variable that chose it. Close it when done.

    Raises:
        ConfigurationError: another program has it, or it cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_WAITING_CONNECTIONS)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ConfigurationError(
                f"port {port} is in use by another program: stop that program or set {setting} to another port"
            ) from None
        reason = error.strerror or "no such address"
        raise ConfigurationError(f"{setting}: {host} port {port} cannot be listened on: {reason}") from None


def find_free_ports(count: int) -> list[int]:
    """Return different ports of the loopback address that nobody had a moment ago.

    They lie below those the system lends to outgoing connections (from 32768 on Linux, 49152 elsewhere), so that none
    of these has taken one by the time it is opened.

    Raises:
        ConfigurationError: too many ports of this machine are taken.
    """
    found: list[int] = []
    for port in random.SystemRandom().sample(_LEFT_TO_PROGRAMS, 50 + count):
        if len(found) == count:
            return found
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found.append(port)
    raise ConfigurationError("no free port was found on this machine: end programs that hold many")
