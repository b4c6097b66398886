"""Danger: the rules that see it, and what is done (I7)."""
