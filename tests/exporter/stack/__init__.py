"""Tests of the stack: what it runs, in which order, and how it ends."""
