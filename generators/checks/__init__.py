"""Offline proof that what Prometheus is queried for exists: one check a file, an explicit list."""
