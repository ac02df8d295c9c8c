"""What the documents say is tried: every command, flag and rule for Redis."""
