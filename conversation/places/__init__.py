"""States, cities and ZIP codes, and what holds there."""
