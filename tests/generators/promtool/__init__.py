"""Tests of promtool's runs, taken apart and kept."""
