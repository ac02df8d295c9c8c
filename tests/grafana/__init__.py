"""The preview held against Grafana's own code: make boards."""
