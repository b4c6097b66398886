"""A signed form from Twilio becomes a message of ours. Pure; unknown fields are ignored, people's words are kept.

Fields: https://www.twilio.com/docs/messaging/guides/webhook-request (new ones appear without notice).
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime

from channels.twilio.addresses import WHATSAPP_PREFIX, parse_address
from conversation.errors import BadRequestFromCarrier
from conversation.messages import (
    Address,
    Attachment,
    Channel,
    Command,
    InboundMessage,
    Location,
    MessageKind,
)

PROVIDER = "twilio"
MAX_ATTACHMENTS = 20  # twice what MMS allows
MAX_NAME_LENGTH = 200  # characters of a profile name, which the sender chooses freely

_MESSAGE_SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")
_DIGITS = re.compile(r"[0-9]{7,15}")
# NUL would be refused by PostgreSQL, the others by XML and terminals; newline, carriage return and tab are text.
_CONTROLS = {code: " " for code in range(0x20) if chr(code) not in "\n\r\t"}
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")  # halves of a pair: no encoding can store them
_CLEANING = _CONTROLS | _SURROGATES
_INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp"}

_KINDS_BY_MESSAGE_TYPE = {
    "audio": MessageKind.AUDIO,
    "voice": MessageKind.AUDIO,
    "image": MessageKind.IMAGE,
    "video": MessageKind.VIDEO,
    "document": MessageKind.DOCUMENT,
    "contacts": MessageKind.CONTACTS,
    "location": MessageKind.LOCATION,
    "sticker": MessageKind.STICKER,
}
_KINDS_BY_MEDIA = {"audio": MessageKind.AUDIO, "image": MessageKind.IMAGE, "video": MessageKind.VIDEO}
_CARD_TYPES = {"text/vcard", "text/x-vcard", "text/directory"}
_COMMANDS = {"STOP": Command.STOP, "START": Command.START, "HELP": Command.HELP}
_STATE = re.compile(  # the fifty and DC
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]"
)


def parse_message(form: Mapping[str, str], received_at: datetime) -> InboundMessage:
    """Read one inbound message, SMS, MMS or WhatsApp.

    Args:
        form: every field Twilio posted; repeated fields give their last value.
        received_at: aware, UTC.

    Returns:
        The message. Its text is what the person wrote, unchanged but for control characters (a space each) and halves
        of surrogate pairs (U+FFFD), which cannot be stored. The Body of a WhatsApp document is its file name, not text.

    Raises:
        BadRequestFromCarrier: MessageSid, From or To is missing or unusable.
    """
    sender = parse_address(_get(form, "From"))
    attachments = _attachments(form)
    location = _location(form)
    button = clean_text(form.get("ButtonPayload") or form.get("ListId") or "") or None
    text = clean_text(form.get("Body") or form.get("ButtonText") or form.get("ListTitle") or "")
    kind = _kind(form, attachments=attachments, located=location is not None, button=button, text=text)
    if sender.channel is Channel.WHATSAPP and kind is MessageKind.DOCUMENT:
        text = ""
    return InboundMessage(
        provider=PROVIDER,
        provider_message_id=parse_message_sid(form),
        sender=sender,
        recipient=parse_address(_get(form, "To")),
        kind=kind,
        text=text,
        received_at=received_at,
        alias=_alias(form, sender),
        attachments=attachments,
        location=location,
        button=button,
        profile_name=clean_text(form.get("ProfileName") or "")[:MAX_NAME_LENGTH] or None,
        state_hint=_state_hint(form),
        carrier_command=_COMMANDS.get(form.get("OptOutType", "").strip().upper()),
    )


def parse_message_sid(form: Mapping[str, str]) -> str:
    """Return MessageSid ("SM" or "MM" and 32 hexadecimal digits), the key that makes a repeat harmless.

    Raises:
        BadRequestFromCarrier: it is missing or of another shape.
    """
    sid = _get(form, "MessageSid")
    if not _MESSAGE_SID.fullmatch(sid):
        raise BadRequestFromCarrier("MessageSid has another shape")
    return sid


def clean_text(text: str) -> str:
    """Make any text storable: control characters but newline and tab become a space, lone surrogates U+FFFD."""
    return text.translate(_CLEANING)


def _get(form: Mapping[str, str], name: str) -> str:
    value = clean_text(form.get(name) or "").strip()
    if not value:
        raise BadRequestFromCarrier(f"{name} is missing")
    return value


def _kind(
    form: Mapping[str, str], *, attachments: tuple[Attachment, ...], located: bool, button: str | None, text: str
) -> MessageKind:
    named = _KINDS_BY_MESSAGE_TYPE.get(form.get("MessageType", "").strip().lower())
    if button is not None:
        return MessageKind.BUTTON
    if named is not None:
        return named
    if located:
        return MessageKind.LOCATION
    if attachments:
        return _kind_of_media(attachments[0].content_type)
    return MessageKind.TEXT if _has_visible(text) else MessageKind.EMPTY


def _kind_of_media(content_type: str) -> MessageKind:
    if content_type in _CARD_TYPES:
        return MessageKind.CONTACTS
    return _KINDS_BY_MEDIA.get(content_type.partition("/")[0], MessageKind.DOCUMENT)


def _has_visible(text: str) -> bool:
    return any(unicodedata.category(character) not in _INVISIBLE for character in text)


def _attachments(form: Mapping[str, str]) -> tuple[Attachment, ...]:
    # Counted by the addresses themselves: NumMedia may be missing, wrong or no number at all.
    found = []
    for index in range(MAX_ATTACHMENTS):
        url = clean_text(form.get(f"MediaUrl{index}") or "")
        if url:
            content_type = clean_text(form.get(f"MediaContentType{index}") or "")
            found.append(Attachment(url=url, content_type=content_type.partition(";")[0].strip().lower()))
    return tuple(found)


def _location(form: Mapping[str, str]) -> Location | None:
    try:
        latitude, longitude = float(form["Latitude"]), float(form["Longitude"])
    except (KeyError, ValueError):
        return None
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        return None
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return Location(latitude=latitude, longitude=longitude)


def _alias(form: Mapping[str, str], sender: Address) -> Address | None:
    """The other identifier of a WhatsApp user: the scoped id beside a number, or the number beside a scoped id."""
    if sender.channel is not Channel.WHATSAPP:
        return None
    scoped = form.get("ExternalUserId") or form.get("ExternalUserIdentifier") or ""
    scoped = clean_text(scoped).strip().removeprefix(WHATSAPP_PREFIX)
    if scoped and scoped != sender.value:
        return Address(Channel.WHATSAPP, scoped)
    number = (form.get("WaId") or "").strip().removeprefix("+")  # the number without its plus sign
    if not sender.value.startswith("+") and _DIGITS.fullmatch(number):
        return Address(Channel.WHATSAPP, f"+{number}")
    return None


def _state_hint(form: Mapping[str, str]) -> str | None:
    state = (form.get("FromState") or "").strip().upper()
    american = (form.get("FromCountry") or "US").strip().upper() == "US"
    return state if american and _STATE.fullmatch(state) else None
