"""The images of others that run beside ours, by tag; a digest is the reader's to pin."""

PYTHON = "docker.io/library/python:3.11-slim-bookworm"
PROMETHEUS = "docker.io/prom/prometheus:v3.5.0"
ALERTMANAGER = "docker.io/prom/alertmanager:v0.28.1"
GRAFANA = "docker.io/grafana/grafana:12.1.0"
COLLECTOR = (
    "us-docker.pkg.dev/cloud-ops-agents-artifacts/cloud-run-gmp-sidecar/cloud-run-gmp-sidecar:1.2.0"
)
