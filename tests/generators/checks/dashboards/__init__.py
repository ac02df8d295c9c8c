"""Tests of generators.checks.dashboards."""
