"""What the bot does when a rule says so: slots in, answer keys and values out. No database, no prose.

The actions run on rasa-sdk inside the worker (server.py), Rasa calls them over loopback.
"""
