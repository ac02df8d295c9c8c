"""Tests of the example applications, run as they would be."""
