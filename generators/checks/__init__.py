"""Offline proof that what is asked of Prometheus is there: one check a file, an explicit list."""
