"""Checks of dashboards, on every kind of panel: what they ask for, and whether they can be read."""
