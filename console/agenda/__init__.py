"""Pages about dates: those of a case, the agenda of days, and the import of a file."""
