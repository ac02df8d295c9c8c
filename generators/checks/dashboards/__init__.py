"""Checks of dashboards, on every kind of panel: their queries, and how they are shown."""
