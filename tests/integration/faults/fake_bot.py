"""A light process in the place of Rasa, for faults in which Rasa is not the point: the same door, fewer words.

python -m tests.integration.faults.fake_bot PORT TOKEN_FILE
"""

import json
import sys
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ANSWERS = ("school.vaccines", "school.enroll_documents", "court.date_find")


class Door(BaseHTTPRequestHandler):
    """Answers as bot/serve.py does: keys for a turn, 200 when ready, 401 without the token."""

    protocol_version = "HTTP/1.1"
    token = ""

    def do_GET(self) -> None:
        self._answer({"model": "fake"})

    def do_POST(self) -> None:
        turn = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = ANSWERS[zlib.crc32(turn["text"].encode()) % len(ANSWERS)]
        messages = [{"answer": answer, "values": {}}] if turn["dialogue"] else []
        self._answer({"ranking": [[answer, 0.95]], "messages": messages, "slots": {}})

    def _answer(self, content: object) -> None:
        is_known = self.headers.get("X-Puente-Token") == self.token
        body = json.dumps(content).encode() if is_known else b""
        self.send_response(200 if is_known else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    Door.token = Path(sys.argv[2]).read_text().strip()
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Door).serve_forever()
