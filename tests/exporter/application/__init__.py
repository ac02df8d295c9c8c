"""Tests of how instances are merged."""
