"""The resources that the stand-in plays: the account, and messages from creation to deletion."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.responses import JSONResponse, Response

from simulator import rules
from simulator.api_answers import account_json, error_json, message_json, message_page_json
from simulator.callbacks import CallbackDriver
from simulator.carrier import Carrier, TwilioMessage
from simulator.faults import Call
from simulator.rules import ApiError
from simulator.schema_check import Operation, RecordedRequest
from simulator.settings import SimulatorSettings


@dataclass(frozen=True, slots=True)
class ResourceCall:
    """A request with right credentials, to the right account, that Twilio describes."""

    request: RecordedRequest
    operation: Operation
    form: list[tuple[str, str]] = field(repr=False)


Play = Callable[[ResourceCall], Awaitable[Response]]


def error_answer(error: ApiError) -> Response:
    return JSONResponse(error_json(error), status_code=error.status)


class Resources:
    """Plays each operation on the account's state; `plays` is keyed by operation id."""

    def __init__(self, settings: SimulatorSettings, carrier: Carrier, callbacks: CallbackDriver) -> None:
        self._settings = settings
        self._carrier = carrier
        self._callbacks = callbacks
        self.plays: Mapping[str, Play] = {
            Call.CREATE: self._create,
            Call.LIST: self._list,
            Call.FETCH: self._fetch,
            Call.UPDATE: self._update,
            Call.DELETE: self._delete,
            Call.ACCOUNT: self._account,
        }

    async def _create(self, call: ResourceCall) -> Response:
        new = rules.parse_new_message(call.form)
        refusal = rules.find_refusal(new, our_senders=self._carrier.our_senders, has_stopped=self._carrier.has_stopped)
        if refusal is not None:
            return error_answer(refusal)
        message = self._carrier.add_outbound(new)
        await self._callbacks.begin(message)
        return self._message(message, status=201)

    async def _list(self, call: ResourceCall) -> Response:
        messages = list(self._carrier.messages.values())
        return JSONResponse(message_page_json(messages, dict(call.request.query), self._settings.account_sid))

    async def _fetch(self, call: ResourceCall) -> Response:
        message = self._carrier.messages.get(call.operation.path_values["Sid"])
        return error_answer(rules.NOT_FOUND) if message is None else self._message(message)

    async def _update(self, call: ResourceCall) -> Response:
        message = self._carrier.messages.get(call.operation.path_values["Sid"])
        if message is None:
            return error_answer(rules.NOT_FOUND)
        asked = dict(call.form)
        if "Status" in asked:  # only scheduled messages can be cancelled, and nothing is scheduled here
            return error_answer(rules.NOT_CANCELABLE)
        if asked.get("Body"):
            return error_answer(rules.BODY_NOT_EMPTY)
        if not message.status.is_final:
            return error_answer(rules.NOT_FINAL)
        return self._message(self._carrier.redact(message.sid) if "Body" in asked else message)

    async def _delete(self, call: ResourceCall) -> Response:
        message = self._carrier.messages.get(call.operation.path_values["Sid"])
        if message is None:
            return error_answer(rules.NOT_FOUND)
        if not message.status.is_final:
            return error_answer(rules.NOT_FINAL)
        self._carrier.remove(message.sid)
        return Response(status_code=204)

    async def _account(self, call: ResourceCall) -> Response:
        return JSONResponse(account_json(self._settings))

    def _message(self, message: TwilioMessage, *, status: int = 200) -> Response:
        return JSONResponse(message_json(message, self._settings.account_sid), status_code=status)
