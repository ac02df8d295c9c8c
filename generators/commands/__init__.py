"""The subcommands of ionmon that generate and check files; the others are in exporter/commands."""
