"""Tests of generated sets."""
