"""Cases: opened once per conversation and topic, claimed by one owner, with one timeline of what happened."""
