"""WhatsApp's templates through Twilio's Content API: a text laid down once, its approval asked for, its review watched.

API: https://www.twilio.com/docs/content/content-api-resources. A template's name holds a hash of its text (the caller
makes it), so that a repeated submission finds what the first one left, whatever became of its answer.
"""

import re
from collections.abc import Awaitable, Mapping
from typing import Any

from twilio.base.exceptions import TwilioException
from twilio.rest.content.v1.content import ContentList
from twilio.rest.content.v1.content.approval_create import ApprovalCreateList

from channels.twilio.account import TwilioAccount, build_client
from channels.twilio.error_codes import NOT_REACHED, outcome_of_api_error
from channels.twilio.transport import ApiError, NoAnswerError, NotSentError, Transport
from conversation.ports import RetryLater, TemplateOutcome, TemplateState, TemplateStatus, Unknown

PAGE_SIZE = 500
MOST_PAGES = 20  # WhatsApp allows 6,000 templates an account
CATEGORY = "UTILITY"  # marketing templates do not reach numbers in the US (spec: Meta, since April 2025)
AGAIN_S = 30.0

# Our languages that WhatsApp has templates in, by its code; there is none for Haitian Creole, K'iche' or any other
# Mayan language. https://developers.facebook.com/docs/whatsapp/api/messages/message-templates (read 2026-11)
LANGUAGES: Mapping[str, str] = {
    "en": "en_US",
    "es": "es",
    "pt": "pt_BR",
    "fr": "fr",
    "fa": "fa",
    "uk": "uk",
    "zh": "zh_CN",
    "ar": "ar",
}
_STATUSES = {
    "unsubmitted": TemplateStatus.UNSUBMITTED,
    "received": TemplateStatus.PENDING,
    "pending": TemplateStatus.PENDING,
    "approved": TemplateStatus.APPROVED,
    "rejected": TemplateStatus.REJECTED,
    "paused": TemplateStatus.PAUSED,
    "disabled": TemplateStatus.DISABLED,
}
_SID = re.compile(r"HX[0-9a-fA-F]{32}")
# What a 2xx answer of an unexpected shape makes the official client raise.
_SHAPE_ERRORS = (TwilioException, ValueError, TypeError, KeyError, AttributeError, RecursionError)


class TwilioTemplates:
    """Templates of one Twilio account; one loop. Close it when done. The port says what each method promises."""

    def __init__(self, *, account: TwilioAccount, base_url: str | None = None, total_timeout_s: float = 30.0) -> None:
        """Prepare the official client; nothing is opened yet. `base_url`: as of TwilioSender."""
        self._transport = Transport(base_url=base_url, connect_timeout_s=5.0, total_timeout_s=total_timeout_s)
        self._contents = build_client(account, self._transport).content.v1.contents

    def speaks(self, language: str) -> bool:
        return language in LANGUAGES

    async def submit(self, *, name: str, language: str, text: str) -> TemplateOutcome:
        return await _outcome_of(self._submit(name, LANGUAGES[language], text))

    async def look(self, content_id: str) -> TemplateOutcome:
        if not _SID.fullmatch(content_id):
            return Unknown("no_content_id")
        return await _outcome_of(self._look(content_id))

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        await self._transport.close()

    async def _submit(self, name: str, language: str, text: str) -> TemplateState:
        content_id = await self._find(name) or await self._create(name, language, text)
        state = await self._look(content_id)
        if state.status is not TemplateStatus.UNSUBMITTED:
            return state
        request = ApprovalCreateList.ContentApprovalRequest({"name": name, "category": CATEGORY})
        asked = await self._contents(content_id).approval_create.create_async(request)
        return TemplateState(content_id, _STATUSES[asked.status], asked.rejection_reason or "")

    async def _find(self, name: str) -> str | None:
        page = await self._contents.page_async(page_size=PAGE_SIZE)
        for _ in range(MOST_PAGES):
            found = next((content.sid for content in list(page) if content.friendly_name == name), None)
            if found or page.next_page_url is None:
                return found
            page = await page.next_page_async()
        raise NoAnswerError("too_many_templates")

    async def _create(self, name: str, language: str, text: str) -> str:
        types = ContentList.Types({"twilio/text": ContentList.TwilioText({"body": text})})
        wanted = {"friendly_name": name, "language": language, "types": types, "variables": {}}
        content = await self._contents.create_async(ContentList.ContentCreateRequest(wanted))
        if not _SID.fullmatch(content.sid):
            raise ValueError("no content id")
        return str(content.sid)

    async def _look(self, content_id: str) -> TemplateState:
        fetched = await self._contents(content_id).approval_fetch().fetch_async()
        whatsapp: Mapping[str, Any] = fetched.whatsapp or {"status": "unsubmitted"}
        return TemplateState(content_id, _STATUSES[whatsapp["status"]], whatsapp.get("rejection_reason") or "")


async def _outcome_of(act: Awaitable[TemplateState]) -> TemplateOutcome:
    try:
        return await act
    except NotSentError:
        return RetryLater(NOT_REACHED, AGAIN_S)
    except NoAnswerError as silence:
        return Unknown(silence.reason)
    except ApiError as answer:
        return outcome_of_api_error(answer.status, answer.code, answer.retry_after_s)
    except _SHAPE_ERRORS:
        return Unknown("unreadable_answer")
