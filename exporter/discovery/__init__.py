"""What a project has, read from Cloud Monitoring alone, and the first monitoring.yaml for it."""
