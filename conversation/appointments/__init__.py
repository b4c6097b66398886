"""Dates of a person that are kept and reminded: court, ICE check-in, doctor, school, lawyer. Pure."""
