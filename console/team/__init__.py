"""Pages for who looks after the staff: accounts, hours, interpreters, the organisation's own texts."""
