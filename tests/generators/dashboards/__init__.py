"""Tests of generators.dashboards."""
