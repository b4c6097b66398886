"""The carrier's side of each conversation, for learning: every webhook, every status callback, every API request."""

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from simulator.api.broken_connection import BrokenConnection
from simulator.api.stand_in import StandIn
from simulator.api.webhooks import Post
from simulator.phones.arrivals import Arrivals
from simulator.phones.handsets import CarrierEvent, Handset, Handsets

_SENDS = "/Messages.json"


class EventLog:
    """Listens to both directions and files what it hears under the phone that it is about."""

    def __init__(self, stand_in: StandIn, handsets: Handsets, arrivals: Arrivals) -> None:
        self._stand_in = stand_in
        self._handsets = handsets
        self._arrivals = arrivals
        stand_in.webhooks.on_post.append(self._note_post)

    async def serve(self, request: Request) -> Response:
        """Let the stand-in answer a request, and note both."""
        answer = await self._stand_in.serve(request)
        fields = parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
        fields = fields or list(request.query_params.multi_items())
        handset = self._find(request.url.path, dict(fields))
        if handset is not None:
            self._note_request(handset, request, answer, fields)
        return answer

    def _note_post(self, post: Post) -> None:
        ours = self._handsets
        handset = ours.find_by_address(post.form.get("From")) or ours.find_by_address(post.form.get("To"))
        if handset is None:
            return
        status = post.form.get("MessageStatus")
        outcome = post.outcome.problem or f"answered {post.outcome.status}"
        title = f"status {status}" if status else "message"
        self._note(
            handset,
            arrow="out",
            title=f"{title}: POST {urlsplit(post.url).path}",
            outcome=outcome,
            failed=not post.outcome.is_ok,
            fields=list(post.form.items()),
        )

    def _note_request(
        self, handset: Handset, request: Request, answer: Response, fields: Sequence[tuple[str, str]]
    ) -> None:
        creates = request.method == "POST" and request.url.path.endswith(_SENDS)
        broken = isinstance(answer, BrokenConnection)
        code = _code(answer)
        answered = "the connection broke" if broken else f"answered {answer.status_code}"
        self._note(
            handset,
            arrow="in",
            title=f"{request.method} …{request.url.path.rpartition('/Accounts')[2][35:] or request.url.path}",
            outcome=f"{answered} ({code})" if code else answered,
            failed=broken or answer.status_code >= 400,
            fields=fields,
        )
        if creates and 400 <= answer.status_code < 500 and answer.status_code != 429:
            self._arrivals.show_refusal(handset, dict(fields).get("Body", ""), code)

    def _note(
        self,
        handset: Handset,
        *,
        arrow: str,
        title: str,
        outcome: str,
        failed: bool,
        fields: Sequence[tuple[str, str]],
    ) -> None:
        event = CarrierEvent(
            f"e-{secrets.token_hex(8)}", datetime.now(UTC), arrow, title, outcome, failed, tuple(fields)
        )
        self._handsets.note_event(handset, event)

    def _find(self, path: str, fields: Mapping[str, str]) -> Handset | None:
        """The phone a request is about: by its number, or by the message in its path."""
        found = self._handsets.find_by_address(fields.get("To")) or self._handsets.find_by_address(fields.get("From"))
        if found is not None:
            return found
        messages = self._stand_in.carrier.messages
        message = next((messages[part] for part in path.replace(".json", "").split("/") if part in messages), None)
        if message is None:
            return None
        return self._handsets.find_by_address(message.to) or self._handsets.find_by_address(message.sender)


def _code(answer: Response) -> int | None:
    """The carrier's code in an error answer."""
    if answer.status_code < 400 or not answer.body:
        return None
    try:
        code = json.loads(bytes(answer.body))["code"]
    except (ValueError, KeyError, TypeError):
        return None
    return code if isinstance(code, int) else None
