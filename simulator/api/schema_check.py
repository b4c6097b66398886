"""Judges requests to the stand-in by Twilio's own OpenAPI descriptions. Nothing is sent anywhere.

openapi-core checks path, required fields, types, patterns, enumerations and arrays; it drops undeclared form fields and
query parameters silently, so the names are compared here. One check costs about 10 ms of CPU: load tests record first
and judge afterwards. Reasons name fields and rules, never the values that were sent.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

SCHEMAS = Path(__file__).parent / "schemas"
_FILES_OF_HOST = {
    "api.twilio.com": ("twilio_api_v2010",),
    "content.twilio.com": ("twilio_content_v1",),
    "messaging.twilio.com": ("twilio_messaging_v1", "twilio_messaging_v2"),
    "lookups.twilio.com": ("twilio_lookups_v2",),
}
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One HTTP request as it arrived. `host` is the name the client meant, not the loopback address it reached."""

    host: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def form(self) -> list[tuple[str, str]]:
        """Form fields in the order sent, blank ones included; empty for any other kind of body."""
        if _FORM not in Headers(dict(self.headers)).get("Content-Type", ""):
            return []
        return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class Violation:
    """A request, or the answer to one, that Twilio's description does not allow, with every reason."""

    request: RecordedRequest
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the description: its id ("CreateMessage") and the values of the path's placeholders."""

    id: str
    path_values: Mapping[str, str]
    declaration: Mapping[str, Any] = field(repr=False)
    api: OpenAPI = field(repr=False)


class SchemaCheck:
    """The descriptions of all hosts, loaded once."""

    def __init__(self) -> None:
        self._paths = {host: [path for name in names for path in _load(name)] for host, names in _FILES_OF_HOST.items()}

    def find_operation(self, request: RecordedRequest) -> Operation | None:
        """Return the operation a request means, by host, path and method; None when Twilio has none. Judges nothing."""
        for described in self._paths.get(request.host, ()):
            match = described.pattern.fullmatch(request.path)
            declaration = described.item.get(request.method.lower()) if match else None
            if match and declaration:
                whole = {**declaration, "parameters": _parameters(declaration) + _parameters(described.item)}
                return Operation(declaration["operationId"], match.groupdict(), whole, described.api)
        return None

    def judge(self, request: RecordedRequest) -> Violation | None:
        """Return None for a request that Twilio's description allows, else a Violation with at least one reason."""
        operation = self.find_operation(request)
        if operation is None:
            return Violation(request, (f"{request.method} {request.host}: no such path is described",))
        reasons = (*_undeclared(operation, request), *_breaches(operation, request))
        return Violation(request, reasons) if reasons else None


@dataclass(frozen=True, slots=True)
class _DescribedPath:
    pattern: re.Pattern[str]
    item: Mapping[str, Any]
    api: OpenAPI


class OpenApiRequest:
    """A RecordedRequest in the shape openapi-core asks for."""

    def __init__(self, request: RecordedRequest) -> None:
        headers = Headers(dict(request.headers))
        self.host_url = f"https://{request.host}"
        self.path = request.path
        self.method = request.method.lower()
        self.body = request.body
        self.content_type = headers.get("Content-Type", "")
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(request.query), header=headers, cookie=ImmutableMultiDict()
        )


@cache
def _load(name: str) -> tuple[_DescribedPath, ...]:
    """Read one description, once in a process; the paths with fewest placeholders first, so that the exact one wins."""
    document = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    # The policy closes JSON bodies. The description itself is checked by a test, not at every start.
    config = Config(
        additional_properties_default_policy="forbid",
        spec_validator_cls=None,
        extra_format_validators={"date-time": _is_date_or_time},
    )
    _open_maps(document)
    api = OpenAPI.from_dict(document, config=config)
    templates = sorted(document["paths"], key=lambda template: template.count("{"))
    return tuple(_DescribedPath(_pattern(template), document["paths"][template], api) for template in templates)


def _open_maps(part: Any) -> None:
    """Let objects that declare no field at all hold any: closing them would refuse Twilio's own maps of links."""
    if isinstance(part, dict):
        if part.get("type") == "object" and "properties" not in part:
            part.setdefault("additionalProperties", True)
        for inner in part.values():
            _open_maps(inner)
    elif isinstance(part, list):
        for inner in part:
            _open_maps(inner)


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    return re.compile("".join(f"(?P<{part}>[^/]+)" if i % 2 else re.escape(part) for i, part in enumerate(parts)))


def _is_date_or_time(value: Any) -> bool:
    """Twilio declares its date filters as date-time and documents plain dates beside them; both are sent."""
    if not isinstance(value, str):
        return True
    try:
        return bool(date.fromisoformat(value) if len(value) == len("2026-01-01") else datetime.fromisoformat(value))
    except ValueError:
        return False


def _parameters(declaration: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(declaration.get("parameters", ()))


def _undeclared(operation: Operation, request: RecordedRequest) -> Iterator[str]:
    """Yield a reason for every name that the description does not know and every scalar that came twice."""
    queried = {p["name"]: p.get("schema", {}) for p in operation.declaration["parameters"] if p["in"] == "query"}
    yield from _name_faults("query parameter", [name for name, _ in request.query], queried)
    content = operation.declaration.get("requestBody", {}).get("content", {})
    if _FORM in content:
        fields = content[_FORM]["schema"].get("properties", {})
        yield from _name_faults("form field", [name for name, _ in request.form()], fields)


def _name_faults(kind: str, names: list[str], declared: Mapping[str, Any]) -> Iterator[str]:
    for name in dict.fromkeys(names):
        if name not in declared:
            yield f"{kind} {name[:60]!r} is not in Twilio's description"
        elif names.count(name) > 1 and declared[name].get("type") != "array":
            yield f"{kind} {name!r} is sent more than once"


def _breaches(operation: Operation, request: RecordedRequest) -> Iterator[str]:
    try:
        operation.api.validate_request(OpenApiRequest(request))
    except OpenAPIError as error:
        yield from find_reasons(error)


def find_reasons(error: BaseException) -> Iterator[str]:
    """Follow the chain of causes down to the rules that were broken; say the rule, not the value."""
    chain = list(_causes(error))
    named = next((cause.name for cause in chain if hasattr(cause, "name")), "the request")
    rules = [rule for cause in chain for rule in getattr(cause, "schema_errors", None) or ()]
    for rule in rules:
        where = "/".join(str(step) for step in rule.absolute_path) or named
        limit = "" if isinstance(rule.validator_value, dict) else f": {rule.validator_value}"
        yield f"{where} breaks {rule.validator}{limit}"
    if not rules:
        yield f"{named}: {' from '.join(type(cause).__name__ for cause in chain)}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
