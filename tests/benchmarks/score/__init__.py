"""Tests of the score of thresholds."""
