"""Tests of generators.promql_tree."""
