"""A SQLite file of this program: the state file, and the journal of the bridge."""
