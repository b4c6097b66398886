"""What a process tells of itself: health, figures, alerts."""
