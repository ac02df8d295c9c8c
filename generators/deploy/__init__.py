"""From a generated set to the servers that run: all of it in force, or everything as it was."""
