"""What Rasa loads: Python 3.10 syntax throughout. Nothing is imported here, so each part can be read alone."""
