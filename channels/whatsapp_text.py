"""WhatsApp: no segments, only a longest message. Pure. Source: https://www.twilio.com/docs/whatsapp/api"""

from channels.sms_text import fits_one_message
from channels.text_split import split


def split_for_whatsapp(text: str) -> list[str]:
    """Cut a text into messages of at most 1,600 characters each, where split_text would; nothing is rewritten."""
    return split(text, fits_one_message)
