"""Tests of the generated rule tests."""
