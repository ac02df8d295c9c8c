"""Tests of the Cloud Monitoring side."""
