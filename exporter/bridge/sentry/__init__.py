"""Sentry: events and check-ins, in envelopes, by a transport that reads the status."""
