"""Caseworkers' own phones: registered by a code, written to, and read; docs/decisions/0039."""
