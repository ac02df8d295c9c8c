"""Tests of generators.checks.engine."""
