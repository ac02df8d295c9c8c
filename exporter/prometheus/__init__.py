"""The Prometheus servers of the monitoring: their API, and the flags that alerts rely on."""
