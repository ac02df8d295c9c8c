"""Tests of the whole: exporter, simulator, Prometheus, as real processes."""
