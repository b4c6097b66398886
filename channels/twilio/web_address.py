"""Web addresses from the configuration, checked once. Pure."""

from urllib.parse import urlsplit

from conversation.errors import ConfigurationError


def parse_web_address(url: str, *, of: str) -> str:
    """Return a configured address without a slash at its end.

    Args:
        url: "https://puente.example.org", with or without port and leading path.
        of: what it is the address of, for the error ("the public address").

    Raises:
        ConfigurationError: not http(s), no host, a port that is no number, user, query or fragment.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or parts.username is not None or parts.query or parts.fragment or url != url.strip():
        raise ConfigurationError(f"{of} must look like https://host, without user, query or fragment")
    return url.rstrip("/")
