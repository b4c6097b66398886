"""Twilio's API as our Sender: one text out, one outcome back, never an exception and never a number in a log.

API: https://www.twilio.com/docs/messaging/api/message-resource. It has no idempotency key: a lost answer is
Unknown, and `find_sent` is how to settle it.
"""

import json
import re
from collections.abc import Sequence
from urllib.parse import urlencode

from twilio.base.exceptions import TwilioException
from twilio.rest.api.v2010.account.message import MessageInstance, MessagePage

from channels.twilio.account import TwilioAccount, build_client
from channels.twilio.addresses import WHATSAPP_PREFIX
from channels.twilio.error_codes import NOT_REACHED, NOT_TEXT, RULES, outcome_of_api_error
from channels.twilio.status import OUTBOX_PARAMETER, STATUS_PATH
from channels.twilio.transport import ApiError, NoAnswerError, NotSentError, Transport
from channels.twilio.web_address import parse_web_address
from conversation.ports import Accepted, CarrierMessage, Refused, RetryLater, SendOutcome, TemplateText, Unknown

PAGE_SIZE = 200  # messages to one address in one look-up; Twilio allows 1,000
CLOCK_SKEW_S = 30.0  # Twilio's clock is not ours, and its times are whole seconds

_SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")
_UNREADABLE = Unknown("unreadable_answer")
# What a 2xx answer of an unexpected shape makes the official client raise.
_SHAPE_ERRORS = (TwilioException, ValueError, TypeError, KeyError, AttributeError, RecursionError)


class TwilioSender:
    """Sends through one Twilio account; one loop, any number of calls at a time. Close it when done."""

    def __init__(
        self,
        *,
        account: TwilioAccount,
        public_url: str,
        base_url: str | None = None,
        connect_timeout_s: float = 3.0,
        total_timeout_s: float = 10.0,
    ) -> None:
        """Prepare the official client; nothing is opened yet.

        Args:
            public_url: our own public address, to which status callbacks go.
            base_url: a stand-in to talk to instead of twilio.com ("http://127.0.0.1:8099"); None for Twilio.

        Raises:
            ConfigurationError: public_url is unusable.
        """
        self._callback_url = parse_web_address(public_url, of="the public address") + STATUS_PATH
        self._service_sid = account.messaging_service_sid
        self._transport = Transport(
            base_url=base_url, connect_timeout_s=connect_timeout_s, total_timeout_s=total_timeout_s
        )
        self._client = build_client(account, self._transport)

    async def send(
        self, *, outbox_id: str, sender: str, to: str, body: str, template: TemplateText | None = None,
        media_url: str | None = None,
    ) -> SendOutcome:  # fmt: skip
        """Hand one text over; `sender` and `to` in Twilio's form. The status callback will bring `outbox_id` back.

        With a template Twilio gets its ContentSid and values and no Body: both together are not documented. A file
        goes as its address, which Twilio fetches without credentials.

        Returns:
            Accepted; RetryLater when Twilio surely did not process it (429, or no connection came about at all: the
            request is written only after that); Refused by Twilio's code; Unknown after a time-out, a broken
            connection, 5xx or an answer that cannot be read, since the message may exist by then.
        """
        if not _is_text(body):
            return Refused(NOT_TEXT)
        try:
            message: MessageInstance = await self._client.messages.create_async(
                to=to,
                **_words(body, template, media_url),
                status_callback=f"{self._callback_url}?{urlencode({OUTBOX_PARAMETER: outbox_id})}",
                **self._origin(sender),
            )
            sid = message.sid
        except NotSentError:
            return RetryLater(NOT_REACHED, RULES[NOT_REACHED].delays_s[0])
        except ApiError as answer:
            return outcome_of_api_error(answer.status, answer.code, answer.retry_after_s)
        except NoAnswerError as silence:
            return Unknown(silence.reason)
        except _SHAPE_ERRORS:
            return _UNREADABLE
        return Accepted(sid) if isinstance(sid, str) and _SID.fullmatch(sid) else _UNREADABLE

    async def find_sent(self, *, sender: str, to: str, since_s: float) -> Sequence[CarrierMessage] | Unknown:
        """List our messages to one address, newest first, from CLOCK_SKEW_S before `since_s` (seconds since the epoch).

        Twilio's DateSent filter is not used: a message still in its queue has no DateSent yet and may be left out, the
        very one that a second send would double; the filter is also documented in whole days only. Creation times are
        compared here instead. One page is read and no link of Twilio's followed.

        Returns:
            The messages, possibly none; Unknown when Twilio cannot be asked, or when the page is full and does not
            reach back to `since_s` ("list_full"), so that an older one may be missing.
        """
        try:
            page: MessagePage = await self._client.messages.page_async(
                to=to, page_size=PAGE_SIZE, **self._listed_origin(sender)
            )
            listed: list[MessageInstance] = list(page)
            created = [(_created_at(message, otherwise=since_s), message) for message in listed]
            cut_off = len(listed) >= PAGE_SIZE or page.next_page_url is not None
        except NotSentError:
            return Unknown("not_reached")
        except ApiError as answer:
            return Unknown(f"http_{answer.status}")
        except NoAnswerError as silence:
            return Unknown(silence.reason)
        except _SHAPE_ERRORS:
            return _UNREADABLE
        return self._select(created, sender=sender, from_s=since_s - CLOCK_SKEW_S, cut_off=cut_off)

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        await self._transport.close()

    def _origin(self, sender: str) -> dict[str, str]:
        if self._service_sid and not sender.startswith(WHATSAPP_PREFIX):
            return {"messaging_service_sid": self._service_sid}
        return {"from_": sender}

    def _listed_origin(self, sender: str) -> dict[str, str]:
        # A service may not have chosen its sender yet, and may choose another one: then the recipient alone must do.
        return {name: value for name, value in self._origin(sender).items() if name == "from_"}

    def _select(
        self, created: list[tuple[float, MessageInstance]], *, sender: str, from_s: float, cut_off: bool
    ) -> Sequence[CarrierMessage] | Unknown:
        if cut_off and min((moment for moment, _ in created), default=from_s) >= from_s:
            return Unknown("list_full")
        ours = [
            CarrierMessage(message.sid, message.body or "", moment, _count_files(message))
            for moment, message in created
            if moment >= from_s and self._is_ours(message, sender)
        ]
        return sorted(ours, key=lambda message: message.created_at, reverse=True)

    def _is_ours(self, message: MessageInstance, sender: str) -> bool:
        by_us = str(message.direction or "outbound").startswith("outbound")
        return by_us and (message.from_ in {sender, None} or message.messaging_service_sid == self._service_sid)


def _words(body: str, template: TemplateText | None, media_url: str | None) -> dict[str, str | list[str]]:
    if media_url is not None:
        return {"media_url": [media_url], **({"body": body} if body else {})}
    if template is None:
        return {"body": body}
    places = {str(place): value for place, value in enumerate(template.values, start=1)}
    filled: dict[str, str | list[str]] = {"content_variables": json.dumps(places, ensure_ascii=False)} if places else {}
    return {"content_sid": template.content_id, **filled}


def _created_at(message: MessageInstance, *, otherwise: float) -> float:
    # Without a date it may be the one we look for, so it must not fall out.
    return float(message.date_created.timestamp()) if message.date_created is not None else otherwise


def _count_files(message: MessageInstance) -> int:
    return int(message.num_media or 0)  # a string in Twilio's answers


def _is_text(body: str) -> bool:
    try:
        body.encode()
    except UnicodeEncodeError:
        return False
    return True
