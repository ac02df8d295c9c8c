"""The subcommands of ionmon, one file each."""
