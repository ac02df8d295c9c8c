"""Thresholds from history: how often alerts would have fired, and which values to choose."""
