"""Rasa as configuration and components (Python 3.10), and the client that speaks to it (the app's Python).

Two runtimes read this folder, so this module imports nothing: `client.py` is for the app, `serve.py`, `train.py` and
`components/` are for Rasa; the modules beside them that neither import Rasa nor the app run in both.
"""
