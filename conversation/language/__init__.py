"""Which language a message is in. `detect` is the door; languages.py names the languages."""

from conversation.language.detection import Detection, detect

__all__ = ["Detection", "detect"]
