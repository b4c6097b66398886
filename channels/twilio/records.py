"""What Twilio keeps of a message, taken away: text, files or the whole record. Never an exception, no number in a log.

API: https://www.twilio.com/docs/messaging/api/message-resource (update and delete) and …/media-resource. All of it may
be repeated, so a lost answer is asked again. A record that is still on its way is refused with 20009
(https://www.twilio.com/docs/api/errors/20009); networks may take an hour for the last word.
"""

import re
from collections.abc import Awaitable, Callable

from twilio.base.exceptions import TwilioException

from channels.twilio.account import TwilioAccount, build_client
from channels.twilio.error_codes import NO_ANSWER, NOT_REACHED, outcome_of_api_error
from channels.twilio.transport import ApiError, NoAnswerError, NotSentError, Transport
from conversation.ports import Done, Gone, RecordOutcome, Refused, RetryLater

NOT_FINAL = 20009
NOT_FINAL_DELAY_S = 600.0
AGAIN_S = 30.0  # after a lost answer or an error on their side
MAX_FILES = 50  # of one message; Twilio allows 10 (https://www.twilio.com/docs/api/errors/21623)

_SID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
_NO_SUCH_ID = Refused(20404, operator=True)
# What a 2xx answer of an unexpected shape makes the official client raise.
_SHAPE_ERRORS = (TwilioException, ValueError, TypeError, KeyError, AttributeError, RecursionError)


class TwilioRecords:
    """Erases at one Twilio account; one loop. Close it when done. The port says what each method promises."""

    def __init__(
        self,
        *,
        account: TwilioAccount,
        base_url: str | None = None,
        connect_timeout_s: float = 3.0,
        total_timeout_s: float = 10.0,
    ) -> None:
        """Prepare the official client; nothing is opened yet. `base_url`: as of TwilioSender."""
        self._transport = Transport(
            base_url=base_url, connect_timeout_s=connect_timeout_s, total_timeout_s=total_timeout_s
        )
        self._client = build_client(account, self._transport)

    async def redact(self, provider_message_id: str) -> RecordOutcome:
        return await _carry_out(self._redact, provider_message_id)

    async def delete_media(self, provider_message_id: str) -> RecordOutcome:
        return await _carry_out(self._delete_media, provider_message_id)

    async def delete_message(self, provider_message_id: str) -> RecordOutcome:
        return await _carry_out(self._delete_message, provider_message_id)

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        await self._transport.close()

    async def _redact(self, sid: str) -> None:
        message = await self._client.messages(sid).update_async(body="")
        if message.body != "":
            raise NoAnswerError("not_redacted")  # a success that did not do it is none

    async def _delete_media(self, sid: str) -> None:
        files = self._client.messages(sid).media
        page = await files.page_async(page_size=MAX_FILES)
        more = page.next_page_url is not None
        for file in list(page):
            try:
                await file.delete_async()
            except ApiError as answer:
                if answer.status != 404:  # deleted meanwhile is deleted
                    raise
        if more:
            raise NoAnswerError("more_files")

    async def _delete_message(self, sid: str) -> None:
        await self._client.messages(sid).delete_async()


async def _carry_out(act: Callable[[str], Awaitable[None]], sid: str) -> RecordOutcome:
    if not _SID.fullmatch(sid):
        return _NO_SUCH_ID
    try:
        await act(sid)
    except NotSentError:
        return RetryLater(NOT_REACHED, AGAIN_S)
    except NoAnswerError:
        return RetryLater(NO_ANSWER, AGAIN_S)
    except ApiError as answer:
        return _judge(answer)
    except _SHAPE_ERRORS:
        return RetryLater(NO_ANSWER, AGAIN_S)
    return Done()


def _judge(answer: ApiError) -> RecordOutcome:
    if answer.status == 404:
        return Gone()
    if answer.code == NOT_FINAL or answer.status == 409:
        return RetryLater(NOT_FINAL, NOT_FINAL_DELAY_S)
    match outcome_of_api_error(answer.status, answer.code, answer.retry_after_s):
        case RetryLater(code, after_s):
            return RetryLater(code, after_s)
        case Refused() as refused:
            return refused
        case _:
            return RetryLater(answer.status, AGAIN_S)
