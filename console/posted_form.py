"""A posted form: read up to a size, urlencoded or with files."""

import asyncio
import re
import secrets
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

MOST_BYTES = 64 * 1024
MOST_OF_STRANGERS = 256 * 1024  # of who is signed out by now: what was typed is shown again, a file is not read
READ_S, BYTES_A_SECOND = 30.0, 64 * 1024  # how long a form may take to come: the slowest line we wait for
MOST_FIELDS, MOST_FILES = 200, 10
_KEY = re.compile("[A-Za-z0-9-]{8,64}")


class TooLarge(Exception):
    """A form is larger than its page allows; read no further."""


class Incomplete(Exception):
    """The rest of a form does not come: the line broke, or its sender keeps us waiting."""


@dataclass(frozen=True, slots=True)
class Form:
    """What was posted; none of it in a repr.

    Attributes:
        key: the same when the same form comes again (a double click, a repeat after a lost line).
    """

    key: str
    values: FormData = field(repr=False)

    def get(self, name: str, default: str = "") -> str:
        """Return the first text of a field, without NUL, which no database takes."""
        found = self.values.get(name)
        return found.replace("\0", "") if isinstance(found, str) else default

    def list(self, name: str) -> list[str]:
        return [one.replace("\0", "") for one in self.values.getlist(name) if isinstance(one, str)]

    def file(self, name: str) -> UploadFile | None:
        """Return an uploaded file; None: none was chosen."""
        found = self.values.get(name)
        return found if isinstance(found, UploadFile) and found.filename else None


async def parse_form(request: Request, most_bytes: int, *, read_s: float = READ_S) -> Form:
    """Read the form of a request; anything that is none is an empty one.

    Args:
        read_s: seconds that a small one may take; a large one has more.

    Raises:
        TooLarge: it has more than `most_bytes`.
        Incomplete: it does not come to its end.
    """
    try:
        async with asyncio.timeout(read_s + most_bytes / BYTES_A_SECOND):
            return await _parse(request, most_bytes)
    except (TimeoutError, ClientDisconnect):
        raise Incomplete from None


async def _parse(request: Request, most_bytes: int) -> Form:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    values = FormData()
    stream = _limited(request, most_bytes)
    try:
        if kind == "application/x-www-form-urlencoded":
            values = await FormParser(request.headers, stream).parse()
        elif kind == "multipart/form-data":
            parser = MultiPartParser(
                request.headers, stream, max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=MOST_BYTES
            )
            parser.spool_max_size = most_bytes  # files stay in memory: none lies unsealed on a disk
            values = await parser.parse()
    except (MultiPartException, UnicodeDecodeError, KeyError):
        values = FormData()
    key = values.get("form_key")
    return Form(key if isinstance(key, str) and _KEY.fullmatch(key) else secrets.token_hex(16), values)


async def _limited(request: Request, most_bytes: int) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most_bytes:
            raise TooLarge
        yield chunk
