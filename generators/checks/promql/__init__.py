"""What Prometheus makes of a query, as checks see it."""
