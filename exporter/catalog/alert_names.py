"""Names of alerts and receivers by which the generated files and what runs know each other."""

WATCHDOG = "Watchdog"  # fires always
CANARY = "Canary"  # fires for some minutes of each hour, so that its way to the bridge is measured
HEARTBEAT_RECEIVER = "heartbeat"
CANARY_RECEIVER = "canary"
SENTRY_RECEIVER = "sentry"  # the last word of the names of receivers whose alerts go to Sentry
DEFAULT_RECEIVER = "unrouted"  # of what no route takes; the bridge has it where all else is absent
CANARY_PERIOD = 3600.0  # seconds between two canaries
