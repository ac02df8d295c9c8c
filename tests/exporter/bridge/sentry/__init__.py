"""Tests of Sentry."""
