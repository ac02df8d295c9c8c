"""A dashboard file, typed and read leniently: what a file leaves out is what Grafana takes."""
