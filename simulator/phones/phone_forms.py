"""What the page posts: read into values, or refused in one plain sentence. Pure."""

from collections.abc import Sequence
from enum import StrEnum

from starlette.datastructures import FormData

from conversation.messages import Channel
from simulator.api.callbacks import CallbackOrder
from simulator.api.rules import MAX_BODY, MAX_MEDIA
from simulator.phones.conditions import COUNTS, DELAYS_S, Conditions, PostTrouble, SendTrouble
from simulator.phones.handsets import LONGEST_NAME, Bubble, Handset, Side
from simulator.phones.person_messages import SPOTS, UNSUPPORTED, Choice, ChoiceKind, PersonMessage
from simulator.phones.sample_media import MediaKind

LONG_TEXT = "Tengo muchas preguntas sobre la escuela de mi sobrina. "
RIGHT_TO_LEFT = "مرحبا، أحتاج إلى مساعدة في المدرسة"
_LONGEST_PAYLOAD = 200  # characters of a list item's id, https://www.twilio.com/docs/content/twiliolist-picker
_REACTION = "\N{THUMBS UP SIGN}"


class FormRefused(Exception):
    """What was posted is nothing that a phone could send. The message is for the reader of the page."""


class Special(StrEnum):
    """Things that people send without meaning to write."""

    EMPTY = "empty"
    LONG = "long"
    RIGHT_TO_LEFT = "right_to_left"
    REACTION = "reaction"
    EDITED = "edited"
    DELETED = "deleted"
    POLL = "poll"


SPECIAL_WORDS = {
    Special.EMPTY: "Nothing at all",
    Special.LONG: "1,600 characters",
    Special.RIGHT_TO_LEFT: "Arabic",
    Special.REACTION: "Reaction",
    Special.EDITED: "Edit of a text",
    Special.DELETED: "Deleted text",
    Special.POLL: "Poll",
}
ON_WHATSAPP_ALONE = frozenset({Special.EDITED, Special.DELETED, Special.POLL})


def parse_person_message(form: FormData, handset: Handset) -> PersonMessage | None:
    """Read what somebody wants to send; None for an empty composer, which sends nothing.

    Raises:
        FormRefused: no phone could send this.
    """
    text = _text(form, "text").replace("\r\n", "\n")
    if len(text) > MAX_BODY:
        raise FormRefused(f"A message has at most {MAX_BODY:,} characters.")
    match _text(form, "kind") or "text":
        case "text":
            return PersonMessage(text=text) if text else None
        case "media":
            return _media(form, text)
        case "location":
            return _location(form)
        case "choice":
            return _tapped(form, handset)
        case "reply":
            return _typed_choice(form, handset)
        case "special":
            return _special(_option(form, "special", Special), handset)
        case _:
            raise FormRefused("There is no such kind of message.")


def parse_conditions(form: FormData) -> Conditions:
    """Read the weather that somebody orders.

    Raises:
        FormRefused: an unknown condition.
    """
    send, post = _option(form, "send", SendTrouble), _option(form, "post", PostTrouble)
    try:
        callbacks = CallbackOrder(_text(form, "callbacks"))
    except ValueError:
        raise FormRefused("There is no such condition.") from None
    delay, send_count, post_count = (_text(form, name) for name in ("delay", "send_count", "post_count"))
    if delay not in DELAYS_S or send_count not in COUNTS or post_count not in COUNTS:
        raise FormRefused("There is no such condition.")
    return Conditions(
        send=send,
        send_left=int(send_count) if send is not SendTrouble.NONE else 0,
        post=post,
        post_left=int(post_count) if post is not PostTrouble.NONE else 0,
        delay_s=int(delay),
        callbacks=callbacks,
    )


def parse_name(form: FormData, field: str) -> str:
    """Read a name; line breaks and spaces around it are dropped, an empty one is allowed.

    Raises:
        FormRefused: it is too long.
    """
    name = " ".join(_text(form, field).split())
    if len(name) > LONGEST_NAME:
        raise FormRefused(f"A name has at most {LONGEST_NAME} characters.")
    return name


def specials_for(channel: Channel) -> Sequence[Special]:
    return [one for one in Special if channel is Channel.WHATSAPP or one not in ON_WHATSAPP_ALONE]


def _media(form: FormData, text: str) -> PersonMessage:
    kinds = [kind for kind in MediaKind if kind.value in form.getlist("media")]
    count = _text(form, "count") or "1"
    if not kinds:
        raise FormRefused("Choose what to send: a photo, a voice note …")
    if not _is_count(count) or not 1 <= int(count) * len(kinds) <= MAX_MEDIA:
        raise FormRefused(f"A message carries 1 to {MAX_MEDIA} files.")
    return PersonMessage(text=text, media=tuple(kind for kind in kinds for _ in range(int(count))))


def _location(form: FormData) -> PersonMessage:
    spot = SPOTS.get(_text(form, "spot"))
    if spot is None:
        raise FormRefused("There is no such place.")
    return PersonMessage(spot=spot, about=f"a place: {spot.label or 'a pin without a name'}")


def _tapped(form: FormData, handset: Handset) -> PersonMessage:
    """A choice under one of our texts, named by the bubble and the choice's place in it."""
    bubble = handset.bubbles.get(_text(form, "bubble"))
    index = _text(form, "index")
    if bubble is None or bubble.failed or not _is_count(index) or int(index) >= len(bubble.choices):
        raise FormRefused("This cannot be tapped any more.")
    return PersonMessage(choice=bubble.choices[int(index)], quoted_sid=bubble.sid)


def _typed_choice(form: FormData, handset: Handset) -> PersonMessage:
    """A choice made up here, to see what the application makes of it."""
    text, payload = _text(form, "reply_text"), _text(form, "payload")
    if handset.channel is not Channel.WHATSAPP:
        raise FormRefused("An SMS phone has no buttons.")
    if not text or not payload or len(text) > MAX_BODY or len(payload) > _LONGEST_PAYLOAD:
        raise FormRefused(f"A button has a text, and an id of at most {_LONGEST_PAYLOAD} characters.")
    ours = _last_of_ours(handset)
    return PersonMessage(
        choice=Choice(text, payload, _option(form, "reply_kind", ChoiceKind)), quoted_sid=ours.sid if ours else None
    )


def _special(special: Special, handset: Handset) -> PersonMessage:
    if special in ON_WHATSAPP_ALONE and handset.channel is not Channel.WHATSAPP:
        raise FormRefused("An SMS phone cannot do this.")
    match special:
        case Special.EMPTY:
            return PersonMessage(about="a message with nothing in it")
        case Special.LONG:
            return PersonMessage(text=(LONG_TEXT * 40)[:MAX_BODY])
        case Special.RIGHT_TO_LEFT:
            return PersonMessage(text=RIGHT_TO_LEFT)
        case Special.REACTION:
            return _reaction(handset)
        case Special.EDITED:
            return PersonMessage(whatsapp_type=UNSUPPORTED, about="an edit of an earlier text")
        case Special.DELETED:
            return PersonMessage(whatsapp_type=UNSUPPORTED, about="an earlier text was deleted")
        case Special.POLL:
            return PersonMessage(whatsapp_type=UNSUPPORTED, about="a poll")


def _reaction(handset: Handset) -> PersonMessage:
    """By SMS a sentence that quotes our text, on WhatsApp the emoji that points to it."""
    ours = _last_of_ours(handset)
    if ours is None:
        raise FormRefused("There is no text of Puente yet to react to.")
    if handset.channel is Channel.SMS:
        return PersonMessage(text=f"Le gustó “{ours.text}”"[:MAX_BODY])
    return PersonMessage(text=_REACTION, quoted_sid=ours.sid)


def _last_of_ours(handset: Handset) -> Bubble | None:
    ours = (bubble for bubble in reversed(handset.bubbles.values()) if bubble.side is Side.PUENTE and bubble.sid)
    return next(ours, None)


def _is_count(text: str) -> bool:
    return text.isdecimal() and len(text) < 4  # int() refuses thousands of digits


def _text(form: FormData, field: str) -> str:
    value = form.get(field, "")
    return value if isinstance(value, str) else ""


def _option[Option: StrEnum](form: FormData, field: str, options: type[Option]) -> Option:
    try:
        return options(_text(form, field))
    except ValueError:
        raise FormRefused("There is no such choice.") from None
