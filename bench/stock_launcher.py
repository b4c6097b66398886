"""Starts Rasa's own command line with one thing changed: its Twilio client speaks to our stand-in. Python 3.10.

    CARRIER_URL=http://127.0.0.1:20001 .venv-rasa/bin/python bench/stock_launcher.py FOLDER run --port 20002 …

FOLDER is the bot's; the rest of the line is Rasa's.
"""

import os
import runpy
import sys
from typing import Any

from twilio.base.domain import Domain

_build = Domain.__init__


def _build_with_our_address(domain: Domain, twilio: Any, _base_url: str) -> None:
    _build(domain, twilio, os.environ["CARRIER_URL"])


if __name__ == "__main__":
    Domain.__init__ = _build_with_our_address
    os.chdir(sys.argv[1])
    sys.argv[:] = ["rasa", *sys.argv[2:]]
    runpy.run_module("rasa", run_name="__main__")
