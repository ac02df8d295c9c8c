"""Checks everything that `ionmon run` needs; each finding has its fix."""
