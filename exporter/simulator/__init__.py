"""A Google project that never was: a seeded world behind the API of google.monitoring.v3."""
