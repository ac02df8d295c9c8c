"""Encodes a snapshot as the bytes of an exposition."""
