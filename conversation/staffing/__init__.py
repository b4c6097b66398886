"""Who is asked, when an office is open, how long nobody may be left without a reply."""
