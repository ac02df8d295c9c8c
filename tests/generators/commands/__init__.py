"""Tests of generators.commands."""
