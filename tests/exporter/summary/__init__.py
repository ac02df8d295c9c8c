"""Tests of the summary of the service."""
