"""Generated sets: which are known, what is in them, and how two of them differ."""
