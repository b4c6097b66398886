"""One file as a browser gets it: shown or saved, never run, kept nowhere; in pieces where a player asks for them."""

import re

from starlette.requests import Request
from starlette.responses import Response

from conversation.media import FileToSend

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",  # of its own page, if opened
    "Cache-Control": "private, no-store",
    "Accept-Ranges": "bytes",
}
_RANGE = re.compile("bytes=([0-9]{0,12})-([0-9]{0,12})")


def answer_file(request: Request, file: FileToSend, *, name: str) -> Response:
    """Return a file: pictures, sound and film to be shown, the rest to be saved.

    One range of bytes is answered with 206 (RFC 9110 section 14), one that lies outside with 416, several or a form
    that is none with the whole.
    """
    way = "inline" if file.type.is_shown else "attachment"
    headers = {**_HEADERS, "Content-Disposition": f'{way}; filename="{name}"', "Content-Type": file.type.value}
    asked = _RANGE.fullmatch(request.headers.get("range", "").strip())
    if asked is None or not (asked[1] or asked[2]):
        return Response(file.content, headers=headers)
    start, end = find_piece(asked[1], asked[2], file.size)
    if start >= end:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{file.size}"})
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
    return Response(file.content[start:end], 206, headers=headers)


def find_piece(first: str, last: str, size: int) -> tuple[int, int]:
    """Return (start, end) of a range that a header asks for, digits or ""; empty when nothing lies in it."""
    if not first:  # the last so many bytes
        return max(0, size - int(last)), size
    return int(first), min(int(last) + 1, size) if last else size
