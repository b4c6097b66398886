"""Figures of a month for who leads: counted by the database, small numbers hidden, nobody named but staff."""
