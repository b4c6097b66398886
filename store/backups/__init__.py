"""The whole database as one sealed file, and back."""
