"""The subcommands of ionmon that run the exporter; the others are in generators/commands."""
