"""Questions after a release: started, asked as reminders of a kept date, answered, counted. docs/reminders.md."""
