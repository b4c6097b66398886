"""The carrier's own keywords on SMS and its standard answers; the words are Twilio's, in English. Pure.

Under Advanced Opt-Out an organisation adds words of its own languages; one stands here for them.

Source: https://www.twilio.com/docs/api/errors/23002 and https://help.twilio.com/articles/223134027 (checked 2026-11).
"""

from simulator.settings import StopHandling

_WORDS = {
    "STOP": {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"},
    "START": {"START", "YES", "UNSTOP"},
    "HELP": {"HELP", "INFO"},
}
REPLIES = {
    "STOP": "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


_ADDED = {"ALTO": "STOP"}


def find_keyword(text: str, handling: StopHandling = StopHandling.CARRIER) -> str | None:
    """Return STOP, START or HELP when the whole message is one of the carrier's words in any case, else None."""
    word = text.strip().upper()
    if handling is StopHandling.ADVANCED and word in _ADDED:
        return _ADDED[word]
    return next((keyword for keyword, words in _WORDS.items() if word in words), None)
