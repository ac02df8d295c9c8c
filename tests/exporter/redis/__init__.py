"""Tests of the Redis side."""
