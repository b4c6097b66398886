"""Whole messages that order something: STOP, START, HELP, PERSON, PRIVATE, ERASE, a language."""
