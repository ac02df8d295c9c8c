"""Tests of what reads Prometheus servers."""
