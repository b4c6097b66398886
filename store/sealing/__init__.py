"""Keys, and what is sealed with them: values, whole files; new keys in the place of old ones."""
