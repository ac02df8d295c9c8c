"""Tests of reports of the service."""
