"""The stand-in of the carrier: its API, its rules, its memory, its webhooks."""
