"""A dashboard file, typed and read leniently: what a file leaves out has Grafana's default."""
