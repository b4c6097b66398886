"""Dates of persons and their reminders: kept, planned, sent once, answered. docs/reminders.md."""
