"""The catalogue of reviewed wording and what may be sent of it."""
