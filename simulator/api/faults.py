"""What can go wrong between an application and Twilio's API, to be ordered from a test, one request at a time."""

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass
from enum import Enum, StrEnum

from starlette.responses import HTMLResponse, JSONResponse, Response

from simulator.api.api_answers import error_answer, error_json
from simulator.api.broken_connection import BrokenConnection
from simulator.api.rules import ApiError

_TOO_MANY_REQUESTS = ApiError(429, 20429, "Too Many Requests")
_SERVER_ERROR = ApiError(500, 20500, "An internal server error has occurred")


class Call(StrEnum):
    """The operations the stand-in plays, by their ids in Twilio's description."""

    CREATE = "CreateMessage"
    LIST = "ListMessage"
    FETCH = "FetchMessage"
    UPDATE = "UpdateMessage"
    DELETE = "DeleteMessage"
    LIST_MEDIA = "ListMedia"
    FETCH_MEDIA = "FetchMedia"
    DELETE_MEDIA = "DeleteMedia"
    ACCOUNT = "FetchAccount"
    CREATE_CONTENT = "CreateContent"
    LIST_CONTENT = "ListContent"
    FETCH_CONTENT = "FetchContent"
    DELETE_CONTENT = "DeleteContent"
    ASK_APPROVAL = "CreateApprovalCreate"
    FETCH_APPROVAL = "FetchApprovalFetch"


class FaultKind(Enum):
    """`…_AFTER` kinds let the request take effect first: the message exists, and the answer that says so is lost."""

    REFUSED = "refused"  # the error that was ordered, not done
    TOO_MANY_REQUESTS = "too_many_requests"  # 429, surely not done
    SERVER_ERROR = "server_error"  # 500, not done
    BAD_GATEWAY = "bad_gateway"  # 502 with an HTML page, not done
    DROP = "drop"  # the connection breaks, not done
    SLOW = "slow"  # done only after the delay, even when nobody waits any more
    SERVER_ERROR_AFTER = "server_error_after"
    BAD_GATEWAY_AFTER = "bad_gateway_after"
    DROP_AFTER = "drop_after"
    SLOW_AFTER = "slow_after"  # done at once, said only after the delay

    @property
    def takes_effect(self) -> bool:
        return self in _EFFECTIVE


_EFFECTIVE = frozenset(
    {
        FaultKind.SLOW,
        FaultKind.SERVER_ERROR_AFTER,
        FaultKind.BAD_GATEWAY_AFTER,
        FaultKind.DROP_AFTER,
        FaultKind.SLOW_AFTER,
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Attributes:
        delay_s: belongs to the slow kinds.
        retry_after_s: belongs to 429; None: no Retry-After header.
        error: belongs to REFUSED: any error of Twilio's, by its number.
    """

    kind: FaultKind
    delay_s: float = 0.0
    retry_after_s: int | None = None
    error: ApiError = _SERVER_ERROR


class FaultQueue:
    """Faults waiting for their request. None stands for a request that goes well."""

    def __init__(self) -> None:
        self._waiting: dict[Call, deque[Fault | None]] = defaultdict(deque)

    def add(self, *faults: Fault | None, call: Call = Call.CREATE) -> None:
        """Put faults in line: each is used once, by the next request of that kind that gets past the credentials."""
        self._waiting[call].extend(faults)

    def take(self, call: Call) -> Fault | None:
        """Return the fault of this request, None for none."""
        waiting = self._waiting[call]
        return waiting.popleft() if waiting else None

    def count(self) -> int:
        """Return how many entries have not met their request yet."""
        return sum(len(waiting) for waiting in self._waiting.values())


async def spoil(answer: Response, fault: Fault) -> Response:
    """Turn a good answer into what the client gets to see."""
    match fault.kind:
        case FaultKind.REFUSED:
            return error_answer(fault.error)
        case FaultKind.TOO_MANY_REQUESTS:
            headers = {} if fault.retry_after_s is None else {"Retry-After": str(fault.retry_after_s)}
            return JSONResponse(error_json(_TOO_MANY_REQUESTS), status_code=429, headers=headers)
        case FaultKind.SERVER_ERROR | FaultKind.SERVER_ERROR_AFTER:
            return error_answer(_SERVER_ERROR)
        case FaultKind.BAD_GATEWAY | FaultKind.BAD_GATEWAY_AFTER:
            return HTMLResponse("<html><body><h1>502 Bad Gateway</h1></body></html>", status_code=502)
        case FaultKind.DROP | FaultKind.DROP_AFTER:
            return BrokenConnection()
        case FaultKind.SLOW_AFTER:
            await asyncio.sleep(fault.delay_s)
    return answer
