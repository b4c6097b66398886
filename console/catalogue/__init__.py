"""GET /answers: the catalogue, to read."""
