"""Tests of generators.checks.promql."""
