"""Rule files: signals, budgets, the nine alerts, and what goes beyond thresholds."""
