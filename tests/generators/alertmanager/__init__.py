"""Tests of what Alertmanager gets."""
