"""Judges the stand-in's own answers by Twilio's descriptions: what no application would ever get must not be played."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers

from simulator.api.schema_check import OpenApiRequest, Operation, RecordedRequest, Violation, find_reasons

_ERROR_FIELDS = {"code", "message", "more_info", "status"}


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """What was said to a request, as it left."""

    status: int
    content_type: str
    body: bytes = field(repr=False)


def judge_answer(operation: Operation | None, request: RecordedRequest, answer: RecordedAnswer) -> Violation | None:
    """Return None for an answer Twilio could have given, else a Violation of the request it belongs to.

    A success must be the described one, without a field the description does not know. An error, which Twilio does
    not describe, must have the shape of its error bodies, unless it is a page of something in between.
    """
    if answer.status >= 400 or operation is None:
        reasons = tuple(_error_faults(answer))
    else:
        reasons = tuple(_answer_breaches(operation, request, answer))
    return Violation(request, tuple(f"the answer: {reason}" for reason in reasons)) if reasons else None


class _OpenApiAnswer:
    """A RecordedAnswer in the shape openapi-core asks for."""

    def __init__(self, answer: RecordedAnswer) -> None:
        self.status_code = answer.status
        self.content_type = answer.content_type.partition(";")[0]
        self.headers = Headers()
        self.data = answer.body


def _answer_breaches(operation: Operation, request: RecordedRequest, answer: RecordedAnswer) -> Iterator[str]:
    described = operation.declaration["responses"].get(str(answer.status))
    if described is None:
        yield f"status {answer.status} is not described"
        return
    if "content" not in described:
        if answer.body:
            yield "a body where none is described"
        return
    try:
        operation.api.validate_response(OpenApiRequest(request), _OpenApiAnswer(answer))
    except OpenAPIError as error:
        yield from find_reasons(error)


def _error_faults(answer: RecordedAnswer) -> Iterator[str]:
    if "json" not in answer.content_type:
        return
    body = json.loads(answer.body)
    if set(body) != _ERROR_FIELDS or body["status"] != answer.status:
        yield "an error body has code, message, more_info and the status"
