"""Where a request comes from: which site's page made it, whether by itself, which network address it has."""

import ipaddress
from urllib.parse import urlsplit

from starlette.requests import Request

_UNKNOWN = "unknown"


def is_from_our_pages(request: Request, public_url: str) -> bool:
    """Say whether a post comes from a page of ours, as far as the browser tells (Fetch Metadata, RFC 6454).

    A program that sends neither header passes; the token in the form is looked at as well.
    """
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    origin = request.headers.get("origin")
    return origin is None or origin in (_origin_of(public_url), _own_origin(request, public_url))


def find_address(request: Request) -> str:
    """Return the network address to slow down: that of the proxy's visitor, an IPv6 one by its network of 64 bits.

    The proxy's word (the last of X-Forwarded-For, which it added itself) counts only when it stands on this machine or
    network. A false one gains little: guesses are counted by login as well.
    """
    peer = _parse(request.client.host if request.client else "")
    if peer is None:
        return _UNKNOWN
    told = _parse(request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip())
    found = told if told is not None and (peer.is_loopback or peer.is_private) else peer
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((found, 64), strict=False))
    return str(found)


def is_stream(request: Request) -> bool:
    return "text/event-stream" in request.headers.get("accept", "")


def is_by_itself(request: Request) -> bool:
    """A page that is only open is not in use: its stream of news and what it fetches anew keep no sign-in alive."""
    return is_stream(request) or "puente-refresh" in request.headers


def _parse(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, ipaddress.IPv6Address) else found


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _own_origin(request: Request, public_url: str) -> str | None:
    """On this machine alone it may be called by another name than PUBLIC_URL ("localhost")."""
    host = urlsplit(public_url).hostname
    mine = ("127.0.0.1", "localhost", "::1")
    try:
        called = urlsplit(f"http://{request.headers.get('host', '')}").hostname
    except ValueError:
        return None
    return f"http://{request.headers['host']}" if host in mine and called in mine else None
