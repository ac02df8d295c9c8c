"""The subcommands of what builds and judges; those of what runs are in exporter/commands."""
