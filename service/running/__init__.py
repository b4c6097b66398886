"""Processes on one machine: made ready, started, watched, stopped."""
