"""Tries everything that `run` needs, and says what to fix."""
