"""The Content API as the stand-in plays it: templates, and what WhatsApp's reviewers said."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from simulator.api import content_rules, rules
from simulator.api.api_answers import error_answer
from simulator.api.contents import Content, Contents
from simulator.api.faults import Call
from simulator.api.played import Play, ResourceCall

_BASE = "https://content.twilio.com/v1/Content"
_DEFAULT_PAGE_SIZE = 50


class ContentResources:
    """Plays each operation on the account's templates; `plays` is keyed by operation id."""

    def __init__(self, account_sid: str, contents: Contents) -> None:
        self._account_sid = account_sid
        self._contents = contents
        self.plays: Mapping[str, Play] = {
            Call.CREATE_CONTENT: self._create,
            Call.LIST_CONTENT: self._list,
            Call.FETCH_CONTENT: self._fetch,
            Call.DELETE_CONTENT: self._delete,
            Call.ASK_APPROVAL: self._ask_approval,
            Call.FETCH_APPROVAL: self._fetch_approval,
        }

    async def _create(self, call: ResourceCall) -> Response:
        wanted = json.loads(call.request.body)
        if refusal := content_rules.find_creation_refusal(wanted):
            return error_answer(refusal)
        content = self._contents.add(
            friendly_name=wanted.get("friendly_name", ""),
            language=wanted["language"],
            types=wanted["types"],
            variables=wanted.get("variables", {}),
        )
        return JSONResponse(self._json(content), status_code=201)

    async def _list(self, call: ResourceCall) -> Response:
        query = dict(call.request.query)
        size, page = int(query.get("PageSize", _DEFAULT_PAGE_SIZE)), int(query.get("Page", 0))
        found = list(reversed(self._contents.by_id.values()))
        more = len(found) > (page + 1) * size
        meta = {
            "page": page,
            "page_size": size,
            "first_page_url": _page_url(size, 0),
            "previous_page_url": _page_url(size, page - 1) if page else None,
            "url": _page_url(size, page),
            "next_page_url": _page_url(size, page + 1) if more else None,
            "key": "contents",
        }
        shown = [self._json(content) for content in found[page * size : (page + 1) * size]]
        return JSONResponse({"contents": shown, "meta": meta})

    async def _fetch(self, call: ResourceCall) -> Response:
        content = self._find(call)
        return JSONResponse(self._json(content)) if content else error_answer(rules.NOT_FOUND)

    async def _delete(self, call: ResourceCall) -> Response:
        if self._contents.by_id.pop(call.operation.path_values["Sid"], None) is None:
            return error_answer(rules.NOT_FOUND)
        return Response(status_code=204)

    async def _ask_approval(self, call: ResourceCall) -> Response:
        content = self._find(call)
        if content is None:
            return error_answer(rules.NOT_FOUND)
        wanted = json.loads(call.request.body)
        refusal = content_rules.find_approval_refusal(
            content, name=wanted["name"], category=wanted["category"], others=self._contents.by_id.values()
        )
        if refusal:
            return error_answer(refusal)
        asked = self._contents.ask(content.sid, name=wanted["name"], category=wanted["category"])
        return JSONResponse(_approval(asked), status_code=201)

    async def _fetch_approval(self, call: ResourceCall) -> Response:
        if self._find(call) is None:
            return error_answer(rules.NOT_FOUND)
        content = self._contents.look(call.operation.path_values["Sid"], content_rules.find_form_fault)
        return JSONResponse(
            {
                "sid": content.sid,
                "account_sid": self._account_sid,
                "whatsapp": {"type": "whatsapp", "flows": None} | _approval(content),
                "url": f"{_BASE}/{content.sid}/ApprovalRequests",
            }
        )

    def _find(self, call: ResourceCall) -> Content | None:
        values = call.operation.path_values
        return self._contents.by_id.get(values.get("Sid") or values["ContentSid"])

    def _json(self, content: Content) -> dict[str, Any]:
        url = f"{_BASE}/{content.sid}"
        moment = content.created.strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "sid": content.sid,
            "account_sid": self._account_sid,
            "friendly_name": content.friendly_name,
            "language": content.language,
            "variables": dict(content.variables),
            "types": dict(content.types),
            "url": url,
            "date_created": moment,
            "date_updated": moment,
            "links": {
                "approval_create": f"{url}/ApprovalRequests/whatsapp",
                "approval_fetch": f"{url}/ApprovalRequests",
            },
        }


def _approval(content: Content) -> dict[str, Any]:
    return {
        "name": content.name,
        "category": content.category,
        "content_type": next(iter(content.types)),
        "status": content.approval.value,
        "rejection_reason": content.rejection_reason,
        "allow_category_change": True,
    }


def _page_url(size: int, page: int) -> str:
    return f"{_BASE}?{urlencode({'PageSize': size, 'Page': page})}"
