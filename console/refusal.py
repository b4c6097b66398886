"""Why a door stays shut."""

from enum import Enum


class Refusal(Enum):
    """Why a door stays shut; the page says it in words."""

    ELSEWHERE = ("elsewhere", 403)  # another site's page sent this
    OLD_FORM = ("old_form", 403)  # the form's token is not of this sign-in
    TOO_LARGE = ("too_large", 413)
    INCOMPLETE = ("incomplete", 408)
    SIGNED_OUT = ("signed_out", 403)
    ABSENT = ("absent", 404)  # or forbidden: they look the same outside

    @property
    def code(self) -> str:
        return self.value[0]

    @property
    def status(self) -> int:
        return self.value[1]
