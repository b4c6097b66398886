"""The carrier's own keywords on SMS and its standard answers; the words are Twilio's, in English only. Pure.

Source: https://www.twilio.com/docs/api/errors/23002 and https://help.twilio.com/articles/223134027 (checked 2026-11).
"""

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


def find_keyword(text: str) -> str | None:
    """Return STOP, START or HELP when the whole message is one of the carrier's words in any case, else None."""
    word = text.strip().upper()
    return next((keyword for keyword, words in _WORDS.items() if word in words), None)
