"""Dashboards and datasources for Grafana: as files, Terraform, Kubernetes, or by its HTTP API."""
