"""Every error of our own, one tree; each class says what an operator should do.

PuenteError
├── ConfigurationError     settings or data files are wrong: read the message, mend, start again
│   └── ContentError       a file under data/ breaks its format: the message names file, key and rule
├── BadRequestFromCarrier  a signed webhook we cannot read: 400, look at the carrier's request log
├── SealError              a stored value cannot be opened: is its key missing from KEYS_FILE?
├── WorkTaken              a worker was away too long and others have its work: start it again
└── BrokenWorld            database or disk does not answer: the caller answers 500 or tries again later

Expected outcomes (the bot is silent, a send was refused, a person is unknown) are values, not errors.
"""


class PuenteError(Exception):
    """Root of the tree. Messages never contain a text, a number or a name of a person."""


class ConfigurationError(PuenteError):
    """Settings or data files are wrong; the message says which and how to mend it."""


class ContentError(ConfigurationError):
    """A file under data/ breaks its format; the message names the file, the key and the rule."""


class BadRequestFromCarrier(PuenteError):
    """A correctly signed webhook without the fields that make it a message."""


class SealError(PuenteError):
    """A sealed value cannot be opened with the keys at hand."""


class WorkTaken(PuenteError):
    """A worker was silent for so long that others took its work over; it stops, and may be started again."""


class BrokenWorld(PuenteError):
    """The database or the disk does not answer."""
