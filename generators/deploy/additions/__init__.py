"""What somebody's own prometheus.yml or alertmanager.yml lacks, as a patch that they apply."""
