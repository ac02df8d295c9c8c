"""Examples: settings, and applications that record their own metrics."""
