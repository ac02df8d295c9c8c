"""Tests of generators.targets."""
