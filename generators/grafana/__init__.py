"""How dashboards and datasources get into Grafana: files, Terraform, Kubernetes, the HTTP API."""
