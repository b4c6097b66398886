"""Dates and hours as people write them: reading, saying, the kind of an appointment, its time zone."""
