"""What a played operation is given: a request with right credentials, to the right account, that Twilio describes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.responses import Response

from simulator.api.schema_check import Operation, RecordedRequest


@dataclass(frozen=True, slots=True)
class ResourceCall:
    """One request to play, with its form fields in the order sent."""

    request: RecordedRequest
    operation: Operation
    form: list[tuple[str, str]] = field(repr=False)


Play = Callable[[ResourceCall], Awaitable[Response]]
