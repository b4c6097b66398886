"""How Rasa calls the actions: one kept connection, our token, and an end to waiting."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

HEADER = "X-Puente-Token"
_TIMEOUT = aiohttp.ClientTimeout(total=4, sock_connect=1)  # seconds; the caller of a whole turn waits 5


class ActionFailed(BaseException):
    """The actions did not do their part, so the whole turn is void; `reason` is a code for logs.

    Deliberately no Exception: Rasa swallows those and predicts on without the action's events, ten times over, and a
    session would go on without its slots. This one reaches the channel.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ActionEndpoint(EndpointConfig):
    """Rasa's own endpoint opens a connection per call and waits 5 minutes; this one does neither."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__(url)
        self._headers = {HEADER: token}
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Post an action call and return the JSON answer.

        Raises:
            ClientResponseError: 400, the action does not want to run now; Rasa looks for another.
            ActionFailed: anything else but a JSON answer with 200. What the endpoint says then is never read or logged.
        """
        try:
            async with self._pool().post(self.url, json=kwargs["json"], allow_redirects=False) as response:
                if response.status == 400:
                    raise ClientResponseError(400, "rejected", '{"action_name": ""}')
                if response.status != 200:
                    raise ActionFailed(f"http_{response.status}")
                return await response.json()
        except ClientResponseError:
            raise
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:  # noqa: UP041 - two classes in 3.10
            raise ActionFailed(type(error).__name__) from None

    def _pool(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(headers=self._headers, timeout=_TIMEOUT)
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
