"""What a worker does so that reminders go out in their time."""
