"""Why a conversation needs a person, and how soon. Pure."""

from conversation.answers.catalogue import Entry
from conversation.messages import Handoff, Urgency

TALK_TO_PERSON = "service.talk_to_person"
DELETE_MY_DATA = "service.delete_my_data"
NOT_UNDERSTOOD = "system.not_understood"
MEDIA = "system.media_unread"
BOT_DOWN = "system.bot_down"
OTHER_LANGUAGE = "system.other_language"  # a language we know nothing of: an interpreter is looked for
SAFE_OPENING = "system.safe_opening"  # what a caseworker writes first in a safety case: whether it is a good time
DELIVERY = "system.delivery"  # a text did not reach its person
# Somebody looks at such a case, and until it is claimed the bot goes on.
SILENCING_NOBODY = (
    DELIVERY, BOT_DOWN, "service.cannot_read", "service.new_number", "service.complaint",
)  # fmt: skip


def make_handoff(entry: Entry, reason: str) -> Handoff:
    """Return the case that an answer brings with it: its topic, discipline and urgency are the entry's."""
    return Handoff(topic=entry.id, discipline=entry.discipline, urgency=entry.urgency, reason=reason)


def make_plain_handoff(topic: str, reason: str, *, urgency: Urgency = Urgency.NORMAL) -> Handoff:
    """Return a case without a topic of its own: somebody of the community desk reads it."""
    return Handoff(topic=topic, discipline="community", urgency=urgency, reason=reason)
