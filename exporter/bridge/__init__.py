"""The bridge: Alertmanager's notifications, journaled, delivered, and acknowledged."""
