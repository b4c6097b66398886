"""Fetching what people send: from the carrier alone, with a limit, and with credentials only where they belong."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from channels.twilio.account import TwilioAccount
from channels.twilio.media import AT_A_TIME, TOTAL_S, TwilioMedia
from conversation.media import Fetched, FetchProblem
from simulator.loopback_server import serve_on_loopback

ACCOUNT = TwilioAccount("AC" + "0" * 32, "SK" + "1" * 32, "secret")
PATH = f"/2010-04-01/Accounts/{ACCOUNT.account_sid}/Messages/MM{'2' * 32}/Media/ME{'3' * 32}"


class Storage:
    """A carrier whose answer to the API a test chooses. `seen`: (path, whether credentials came)."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, bool]] = []
        self.status, self.target, self.sent = 200, "/storage/one", 0

    async def api(self, request: Request) -> Response:
        self._note(request)
        return RedirectResponse(self.target) if self.status == 200 else Response(status_code=self.status)

    async def storage(self, request: Request) -> Response:
        self._note(request)
        return Response(b"\xff\xd8\xff", media_type="image/jpeg")

    async def endless(self, request: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(1000):
                self.sent += 1000
                yield bytes(1000)

        return StreamingResponse(pieces(), media_type="image/jpeg")

    async def slow(self, request: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            while True:  # as long as somebody listens
                yield b"."
                await asyncio.sleep(0.02)

        return StreamingResponse(pieces(), media_type="image/jpeg")

    def _note(self, request: Request) -> None:
        self.seen.append((request.url.path, "authorization" in request.headers))

    def app(self) -> Starlette:
        return Starlette(
            routes=[Route(PATH, self.api), Route("/storage/one", self.storage), Route("/storage/large", self.endless),
                    Route("/storage/slow", self.slow)]
        )  # fmt: skip


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Storage, str]]:
    storage = Storage()
    with serve_on_loopback(storage.app()) as url:
        yield storage, url


@pytest.fixture
def carrier(served: tuple[Storage, str]) -> tuple[Storage, str]:
    storage, url = served
    storage.__init__()  # type: ignore[misc]
    return storage, url


@asynccontextmanager
async def open_media(base_url: str | None, *, within_s: float = TOTAL_S) -> AsyncIterator[TwilioMedia]:
    media = TwilioMedia(account=ACCOUNT, base_url=base_url, total_timeout_s=within_s)
    yield media
    await media.close()


async def test_a_file_is_fetched_with_credentials_for_the_api_and_none_for_the_storage(
    carrier: tuple[Storage, str],
) -> None:
    storage, url = carrier

    async with open_media(url) as media:
        fetched = await media.fetch(f"https://api.twilio.com{PATH}")

    assert fetched == Fetched(b"\xff\xd8\xff", "image/jpeg")
    assert storage.seen == [(PATH, True), ("/storage/one", False)]


@pytest.mark.parametrize(
    "target", ["http://localhost:9/storage/one", "https://mms.twiliocdn.com.example.org/x", "file:///etc/passwd"]
)
async def test_a_redirect_to_another_host_is_not_followed(carrier: tuple[Storage, str], target: str) -> None:
    storage, url = carrier
    storage.target = target

    async with open_media(url) as media:
        assert await media.fetch(f"{url}{PATH}") is FetchProblem.ELSEWHERE

    assert storage.seen == [(PATH, True)]


@pytest.mark.parametrize(
    "url",
    [
        f"https://example.org{PATH}", f"http://api.twilio.com{PATH}", f"https://twilio.com.example.org{PATH}",
        f"https://api.twilio.com:8443{PATH}", f"https://me@api.twilio.com{PATH}", "https://api.twilio.com/other",
        f"https://api.twilio.com{PATH}/../../..", "http://[", "",
    ],
)  # fmt: skip
async def test_an_address_that_is_not_of_the_carriers_api_is_not_asked(url: str) -> None:
    async with open_media(None) as media:
        assert await media.fetch(url) is FetchProblem.ELSEWHERE


@pytest.mark.parametrize(
    ("target", "trusted"),
    [
        ("https://mms.twiliocdn.com/a/b?signature=c", True),
        ("https://s3-external-1.amazonaws.com/media.twiliocdn.com/a/b", True),
        ("https://s3-external-1.amazonaws.com/other-bucket/a", False),
        ("https://eviltwiliocdn.com/a", False),
        ("http://mms.twiliocdn.com/a", False),
        ("https://169.254.169.254/latest", False),
    ],
)
async def test_storage_is_the_carriers_own_and_over_https(target: str, trusted: bool) -> None:
    async with open_media(None) as media:
        assert media.is_storage(target) is trusted


@pytest.mark.parametrize(
    ("status", "problem"),
    [(404, FetchProblem.GONE), (410, FetchProblem.GONE), (401, FetchProblem.AWAY), (503, FetchProblem.AWAY)],
)
async def test_what_the_carrier_does_not_give_is_told_apart(
    carrier: tuple[Storage, str], status: int, problem: FetchProblem
) -> None:
    storage, url = carrier
    storage.status = status

    async with open_media(url) as media:
        assert await media.fetch(f"{url}{PATH}") is problem


async def test_a_file_that_is_too_large_is_left_while_it_comes(carrier: tuple[Storage, str]) -> None:
    storage, url = carrier
    storage.target = "/storage/large"

    async with open_media(url) as media:
        assert await media.fetch(f"{url}{PATH}", most_bytes=10_000) is FetchProblem.TOO_LARGE


async def test_a_carrier_that_cannot_be_reached_is_away() -> None:
    async with open_media("http://127.0.0.1:9") as media:
        assert await media.fetch(f"https://api.twilio.com{PATH}") is FetchProblem.AWAY


async def test_whoever_waits_behind_slow_files_is_told_so_as_soon_as_they(carrier: tuple[Storage, str]) -> None:
    storage, url = carrier
    storage.target = "/storage/slow"

    async with open_media(url, within_s=0.3) as media:
        found = await asyncio.gather(*(media.fetch(f"{url}{PATH}") for _ in range(6 * AT_A_TIME)))

    assert set(found) == {FetchProblem.AWAY}
    assert len(storage.seen) <= 2 * AT_A_TIME  # else each four would wait for the four before them
