"""A worker whose clock a test sets wrong: the seconds it is ahead stand in a file and may change at any time.

    python -m tests.integration.faults.stepped_worker FILE

What the database and the engine do with the machine's own clock stays as it is: a test cannot set that.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from conversation.errors import PuenteError
from service import wiring
from service.running.serving import serve
from service.settings import read_settings


def main(file: Path) -> None:
    def stepped_now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(file.read_text()))

    wiring.utc_now = stepped_now
    try:
        serve("worker", read_settings())
    except PuenteError as error:  # as the command line does
        sys.exit(f"puente: {error}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
