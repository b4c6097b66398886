"""Shifts, who has room, who was asked and who was called."""
