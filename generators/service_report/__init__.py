"""The state of the service as a report: gathered once, then written by one renderer a format."""
