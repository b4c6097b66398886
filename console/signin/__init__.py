"""/signin: who may come in."""
