"""Tests of deploys, on real servers."""
