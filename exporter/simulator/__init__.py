"""A simulated Google Cloud project: a seeded world behind the API of google.monitoring.v3."""
