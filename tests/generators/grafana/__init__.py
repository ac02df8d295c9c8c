"""Tests of what brings dashboards into Grafana."""
