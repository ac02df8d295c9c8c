"""Tests of exporter.doctor."""
