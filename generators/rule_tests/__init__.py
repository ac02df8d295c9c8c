"""Tests of the rules, generated from the same statements, and the proof that they bite."""
