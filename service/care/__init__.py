"""What a worker does for privacy on the side, and what a restore has to put right."""
