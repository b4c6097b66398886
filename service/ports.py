"""Ports of this machine: taken with one plain sentence when that is not possible."""

import errno
import socket

from conversation.errors import ConfigurationError

_WAITING_CONNECTIONS = 2048  # as uvicorn has it by default


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


def find_free_port() -> int:
    """Return a port of the loopback address that nobody had a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])
