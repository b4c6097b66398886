"""Dates as caseworkers see, enter and import them. docs/reminders.md; what follows from a date is store/reminders."""
