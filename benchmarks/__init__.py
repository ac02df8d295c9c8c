"""Measures what is promised, each figure beside its baseline from the same run."""
