"""Tests of exporter.discovery."""
