"""The resources that the stand-in plays: the account, and messages with their files from creation to deletion."""

from collections.abc import Mapping

from starlette.responses import JSONResponse, Response

from simulator.api import content_rules, rules
from simulator.api.api_answers import (
    account_json,
    error_answer,
    media_json,
    media_page_json,
    message_json,
    message_page_json,
)
from simulator.api.callbacks import CallbackDriver
from simulator.api.content_resources import ContentResources
from simulator.api.faults import Call
from simulator.api.fetched_media import MediaFetcher
from simulator.api.memory import Carrier, TwilioMessage
from simulator.api.played import Play, ResourceCall
from simulator.settings import SimulatorSettings


class Resources:
    """Plays each operation on the account's state; `plays` is keyed by operation id."""

    def __init__(
        self, settings: SimulatorSettings, carrier: Carrier, callbacks: CallbackDriver, media: MediaFetcher
    ) -> None:
        self._settings = settings
        self._carrier = carrier
        self._callbacks = callbacks
        self._media = media
        self.plays: Mapping[str, Play] = {
            Call.CREATE: self._create,
            Call.LIST: self._list,
            Call.FETCH: self._fetch,
            Call.UPDATE: self._update,
            Call.DELETE: self._delete,
            Call.LIST_MEDIA: self._list_media,
            Call.FETCH_MEDIA: self._fetch_media,
            Call.DELETE_MEDIA: self._delete_media,
            Call.ACCOUNT: self._account,
            **ContentResources(settings.account_sid, carrier.contents).plays,
        }

    async def _create(self, call: ResourceCall) -> Response:
        new = rules.parse_new_message(call.form)
        refusal = content_rules.find_variables_refusal(
            new.content_sid, new.content_variables, self._carrier.contents.by_id.get
        ) or rules.find_refusal(new, our_senders=self._carrier.our_senders, has_stopped=self._carrier.has_stopped)
        if refusal is not None:
            return error_answer(refusal)
        message = self._carrier.add_outbound(new, await self._media.fetch_all(new))
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

    async def _list_media(self, call: ResourceCall) -> Response:
        sid = call.operation.path_values["MessageSid"]
        if sid not in self._carrier.messages:
            return error_answer(rules.NOT_FOUND)
        files = self._carrier.files.of(sid)
        return JSONResponse(media_page_json(files, sid, dict(call.request.query), self._settings.account_sid))

    async def _fetch_media(self, call: ResourceCall) -> Response:
        values = call.operation.path_values
        files = self._carrier.files.of(values["MessageSid"])
        file = next((file for file in files if file.sid == values["Sid"]), None)
        return JSONResponse(media_json(file, self._settings.account_sid)) if file else error_answer(rules.NOT_FOUND)

    async def _delete_media(self, call: ResourceCall) -> Response:
        values = call.operation.path_values
        found = self._carrier.remove_file(values["MessageSid"], values["Sid"])
        return Response(status_code=204) if found else error_answer(rules.NOT_FOUND)

    async def _account(self, call: ResourceCall) -> Response:
        return JSONResponse(account_json(self._settings))

    def _message(self, message: TwilioMessage, *, status: int = 200) -> Response:
        return JSONResponse(message_json(message, self._settings.account_sid), status_code=status)
