"""make score: whether thresholds keep their promise, on simulated and on labelled series."""
