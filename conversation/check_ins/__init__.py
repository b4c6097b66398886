"""Short questions after a release: with the sponsor, in school, the court date known, safe. Pure."""
