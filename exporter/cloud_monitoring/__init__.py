"""The Cloud Monitoring side: calls, points, exactly-once counting, schedule and cost."""
