"""Tests of this program as a client."""
