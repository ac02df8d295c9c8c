"""Rule files: signals, budgets, alerts on them, and what goes beyond thresholds."""
