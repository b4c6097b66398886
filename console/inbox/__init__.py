"""/inbox: the cases, live, as plain forms."""
