"""Tests of generators.deployment_targets."""
